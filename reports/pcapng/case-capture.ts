import type { WireSide } from '../../hil/transport/wire-tap.ts';
import { sectionComment } from './decode-hints.ts';
import { LINK_TYPE } from './link-type.ts';
import { enhancedPacketBlock, interfaceDescriptionBlock, sectionHeaderBlock, type CapturedPacket } from './pcapng-blocks.ts';
import { createTcpFrames, type TcpFrames } from './tcp-frames.ts';

/** Something that passed on a connection, or ended it. */
export interface ExchangedBytes {
  /** Milliseconds since the start of the case. */
  readonly timeMs: number;
  /** Tells connections apart: `client-a`, `line`. Each is an interface of the capture. */
  readonly connection: string;
  readonly from: WireSide;
  /** On a serial line one frame, else any piece of the stream; `end` for FIN, `reset` for RST. */
  readonly bytes: Uint8Array | 'end' | 'reset';
  /** What a reader should know about it. */
  readonly comment?: string;
}

export interface CaseCaptureOptions {
  /** What the bytes are; decides ports and link type, so that Wireshark takes them apart. */
  readonly carrier: 'mqtt' | 'modbus-tcp' | 'modbus-rtu' | 'modbus-ascii';
  /** Wall-clock instant of `timeMs` 0, milliseconds since 1970; default 0. */
  readonly startedWallMs?: number;
  /** Goes into the comment of the file: the id of the case. */
  readonly title: string;
}

const SERVER_PORT = { mqtt: 1883, 'modbus-tcp': 502 } as const;
const CLIENT_PORT_FIRST = 49_152;
const CLIENT_PORTS = 16_384;
const SERVER_HOST = '192.0.2.1';
const CLIENT_HOST = '192.0.2.2';

/**
 * The evidence of one case as a capture that Wireshark opens. TCP connections get made-up headers (addresses of RFC 5737,
 * the handshake at their first bytes). Pure: the same evidence gives the same bytes.
 * @param exchanged - In order of time.
 * @returns A pcapng file.
 */
export function caseCapture(exchanged: readonly ExchangedBytes[], { carrier, startedWallMs = 0, title }: CaseCaptureOptions): Uint8Array {
  const names = [...new Set(exchanged.map(({ connection }) => connection))];
  const packetsOf = carrier === 'mqtt' || carrier === 'modbus-tcp' ? tcpPackets(SERVER_PORT[carrier]) : serialPackets;
  const interfaces = names.map((name) => interfaceDescriptionBlock({ linkType: LINK_TYPE_OF[carrier], name }));
  const packets = exchanged.flatMap((piece) => {
    const place = { wallMs: startedWallMs + piece.timeMs, interfaceId: names.indexOf(piece.connection) };
    return packetsOf(piece).map((packet) => enhancedPacketBlock({ ...packet, ...place }));
  });
  return Buffer.concat([sectionHeaderBlock({ application: 'fieldproof', comment: sectionComment(title) }), ...interfaces, ...packets]);
}

const LINK_TYPE_OF = { mqtt: LINK_TYPE.ethernet, 'modbus-tcp': LINK_TYPE.ethernet, 'modbus-rtu': LINK_TYPE.modbusRtu, 'modbus-ascii': LINK_TYPE.modbusAscii } as const;

type MadePacket = Pick<CapturedPacket, 'bytes' | 'direction' | 'comment'>;

interface OpenConnection {
  readonly frames: TcpFrames;
  readonly ended: Set<WireSide>;
}

/** A connection of a name that is over begins anew, from another port. */
function tcpPackets(port: number): (piece: ExchangedBytes) => MadePacket[] {
  const open = new Map<string, OpenConnection>();
  let opened = 0;
  const connect = (): OpenConnection => {
    opened += 1;
    return { frames: createTcpFrames({ client: { host: CLIENT_HOST, port: CLIENT_PORT_FIRST + (opened % CLIENT_PORTS) }, server: { host: SERVER_HOST, port } }), ended: new Set() };
  };
  return ({ connection: name, from, bytes, comment }) => {
    const known = open.get(name);
    const { frames, ended } = known ?? connect();
    if (typeof bytes === 'string') ended.add(from);
    if (bytes === 'reset' || ended.size === 2) open.delete(name);
    else open.set(name, { frames, ended });
    // Before what the frames carry: each call numbers on from the one before it.
    const opening = known === undefined ? frames.open() : [];
    const made = bytes === 'end' ? frames.close(from) : bytes === 'reset' ? frames.reset(from) : frames.data(from, bytes);
    return [...opening.map((frame) => ({ bytes: frame })), ...commented(made, comment)];
  };
}

function commented(frames: readonly Uint8Array[], comment: string | undefined): MadePacket[] {
  return frames.map((bytes, index) => (index === 0 && comment !== undefined ? { bytes, comment } : { bytes }));
}

/** A line has no ends: `end` and `reset` leave no packet. */
function serialPackets({ from, bytes, comment }: ExchangedBytes): MadePacket[] {
  if (typeof bytes === 'string') return [];
  const direction = from === 'client' ? 'inbound' : 'outbound';
  return [comment === undefined ? { bytes, direction } : { bytes, direction, comment }];
}
