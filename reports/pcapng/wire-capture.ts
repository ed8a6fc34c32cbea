import type { Clock } from '../../hil/runtime/clock.ts';
import type { ConnectionTap, LineTap, TappedConnection, TappedLine, WireSide, WireTap } from '../../hil/transport/wire-tap.ts';
import type { CaptureFile } from './capture-file.ts';
import { LINK_TYPE } from './link-type.ts';
import { createSerialFrames, type SerialFrames } from './serial-frames.ts';
import { shownClient, shownServer } from './shown-endpoint.ts';
import { createTcpFrames, type TcpFrames } from './tcp-frames.ts';

/** A tap that writes what it is told into a capture. */
export interface WireCapture extends WireTap {
  /** Hands the last pieces of serial frames on; the file stays open. */
  end(): void;
}

export interface WireCaptureDeps {
  readonly clock: Clock;
  /** Wall-clock minus monotonic time, milliseconds; one number for all captures of a run keeps them in step. */
  readonly wallOffsetMs: number;
}

/** Connections begin at different sequence numbers, so that a port that is used again is not taken for the old connection. */
const SEQUENCE_STEP = { client: 0x0101_0101, server: 0x0303_0303 } as const;
const NOTHING: ConnectionTap = { data: () => undefined, ended: () => undefined, cut: () => undefined };

/**
 * Bytes become TCP segments or serial frames of the file, at the instant at which they are told. A serial frame that has no
 * end is written some milliseconds late, with its right instant: other packets may stand before it.
 */
export function createWireCapture(file: CaptureFile, { clock, wallOffsetMs }: WireCaptureDeps): WireCapture {
  const lines: SerialFrames[] = [];
  let connections = 0;
  return {
    connection(place, connection) {
      if (file.isFull) return NOTHING;
      connections += 1;
      const interfaceId = file.addInterface({ linkType: LINK_TYPE.ethernet, name: place, ...commentOf(connection) });
      const firstSequence = { client: (connections * SEQUENCE_STEP.client) % 2 ** 32, server: (connections * SEQUENCE_STEP.server) % 2 ** 32 };
      const frames = createTcpFrames({ client: shownClient(connection.client, place), server: shownServer(connection), firstSequence });
      const write = (made: readonly Uint8Array[]): void => {
        const wallMs = clock.nowMs() + wallOffsetMs;
        for (const bytes of made) file.add({ interfaceId, wallMs, bytes });
      };
      write(frames.open());
      return connectionTap(frames, write, file);
    },
    line(place, { framing }) {
      const interfaceId = file.addInterface({ linkType: LINE_TYPE[framing], name: place, comment: `Modbus ${framing.toUpperCase()}` });
      const frames = createSerialFrames(framing, clock, ({ from, bytes, atMs }) => file.add({ interfaceId, wallMs: atMs + wallOffsetMs, bytes, ...directionOf(from) }));
      lines.push(frames);
      return { data: (from, bytes) => frames.push(from, bytes) } satisfies LineTap;
    },
    end() {
      for (const line of lines) line.end();
    },
  };
}

const LINE_TYPE = { rtu: LINK_TYPE.modbusRtu, ascii: LINK_TYPE.modbusAscii } as const satisfies Record<TappedLine['framing'], number>;

function connectionTap(frames: TcpFrames, write: (made: readonly Uint8Array[]) => void, file: CaptureFile): ConnectionTap {
  const ended = new Set<WireSide>();
  let isCut = false;
  const isOver = (): boolean => isCut || ended.size === 2 || file.isFull;
  return {
    data(from, bytes) {
      if (!isOver() && !ended.has(from)) write(frames.data(from, bytes));
    },
    ended(from) {
      if (isOver() || ended.has(from)) return;
      ended.add(from);
      write(frames.close(from));
    },
    cut(from) {
      if (isOver()) return;
      isCut = true;
      write(frames.reset(from));
    },
  };
}

/** Where the first connection of an interface really went, when its server is shown elsewhere. */
function commentOf(connection: TappedConnection): { readonly comment?: string } {
  const shown = shownServer(connection);
  const { host, port } = connection.server;
  return shown.host === host && shown.port === port ? {} : { comment: `the server ${host}:${port} is shown as ${shown.host}:${shown.port}` };
}

/** As a server's own interface would see it. */
function directionOf(from: WireSide | undefined): { readonly direction?: 'inbound' | 'outbound' } {
  if (from === undefined) return {};
  return { direction: from === 'client' ? 'inbound' : 'outbound' };
}
