import { LINK_TYPE, type LinkType } from '../../reports/pcapng/link-type.ts';
import { enhancedPacketBlock, interfaceDescriptionBlock, sectionHeaderBlock, type CapturedPacket } from '../../reports/pcapng/pcapng-blocks.ts';
import { createTcpFrames, type TcpSide } from '../../reports/pcapng/tcp-frames.ts';

/** What a relay has seen of one direction, in the order of all directions. */
export interface RecordedEvent {
  readonly from: TcpSide;
  readonly wallMs: number;
  /** Undefined when that side ended. */
  readonly bytes: Uint8Array | undefined;
}

export interface RecordedConnection {
  readonly clientPort: number;
  readonly openedMs: number;
  readonly events: readonly RecordedEvent[];
}

/** TCP connections to one port of this machine, as a capture that Wireshark opens. */
export function tcpCapture(serverPort: number, connections: readonly RecordedConnection[]): Uint8Array {
  const packets = connections.flatMap(({ clientPort, openedMs, events }) => {
    const frames = createTcpFrames({ client: { host: '127.0.0.1', port: clientPort }, server: { host: '127.0.0.1', port: serverPort } });
    const opening = frames.open().map((bytes) => ({ wallMs: openedMs, bytes }));
    const rest = events.flatMap(({ from, wallMs, bytes }) =>
      (bytes === undefined ? frames.close(from) : frames.data(from, bytes)).map((frame) => ({ wallMs, bytes: frame })),
    );
    return [...opening, ...rest];
  });
  return captureOf(LINK_TYPE.ethernet, 'tcp', packets);
}

/** The frames of a Modbus RTU line: bytes of one direction belong together until the other one speaks (half duplex). */
export function rtuCapture(events: readonly RecordedEvent[]): Uint8Array {
  const packets: { from: TcpSide; wallMs: number; bytes: Uint8Array }[] = [];
  for (const { from, wallMs, bytes = new Uint8Array(0) } of events) {
    const last = packets.at(-1);
    if (last?.from === from) last.bytes = Buffer.concat([last.bytes, bytes]);
    else packets.push({ from, wallMs, bytes });
  }
  return captureOf(LINK_TYPE.modbusRtu, 'serial', packets);
}

function captureOf(linkType: LinkType, name: string, packets: readonly Omit<CapturedPacket, 'interfaceId'>[]): Uint8Array {
  return Buffer.concat([
    sectionHeaderBlock({ application: 'fieldproof' }),
    interfaceDescriptionBlock({ linkType, name }),
    ...packets.map(({ wallMs, bytes }) => enhancedPacketBlock({ interfaceId: 0, wallMs, bytes })),
  ]);
}
