import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A control packet as it came (MQTT 3.1.1 section 2.2): type 1 to 15, the four flag bits, all after the fixed header. */
export interface RawPacket {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** PUBLISH, taken apart for MQTT 3.1.1. */
export interface RawPublish {
  readonly topic: string;
  readonly packetId: number;
  readonly payload: string;
  readonly qos: number;
  readonly dup: boolean;
}

/** Types of control packets (MQTT 3.1.1 section 2.2.1). */
export const PACKET = {
  connect: 1, connack: 2, publish: 3, puback: 4, pubrec: 5, pubrel: 6, pubcomp: 7, subscribe: 8, suback: 9, disconnect: 14,
} as const;

/** The server's end of one connection. */
export interface BrokerSide {
  /** 1 for the first connection to the broker, 2 for the next. */
  readonly index: number;
  send(bytes: readonly number[]): void;
  /** Cuts at once with RST. */
  cut(): void;
  /** Closes after what was sent has gone out. */
  close(): void;
}

/** A broker of a few bytes: whoever tests says what each packet is answered with. It is what a real broker cannot be: wrong. */
export class ScriptedBroker {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(onPacket: (packet: RawPacket, side: BrokerSide) => void) {
    this.#server = createServer((socket) => this.#serve(socket, onPacket));
  }

  static async start(onPacket: (packet: RawPacket, side: BrokerSide) => void): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker(onPacket);
    await new Promise<void>((resolve) => broker.#server.listen(0, '127.0.0.1', resolve));
    return broker;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.#server.address();
    return `mqtt://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket, onPacket: (packet: RawPacket, side: BrokerSide) => void): void {
    this.#connections += 1;
    this.#sockets.add(socket);
    const side: BrokerSide = {
      index: this.#connections,
      send: (bytes) => void socket.write(Uint8Array.from(bytes)),
      cut: () => void socket.resetAndDestroy(),
      close: () => void socket.end(),
    };
    let unread = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      for (let packet = firstPacket(unread); packet !== undefined && !socket.destroyed; packet = firstPacket(unread)) {
        unread = unread.subarray(packet.byteCount);
        onPacket(packet, side);
      }
    });
    // Clients that are cut off reset their connections.
    socket.on('error', () => socket.destroy());
  }
}

/** CONNACK; the reason code is 0 to accept. MQTT 5.0 wants its properties too, at least their length. */
export function connack(sessionPresent: boolean, code = 0, properties?: readonly number[]): number[] {
  const rest = properties === undefined ? [] : [properties.length, ...properties];
  return [0x20, 2 + rest.length, sessionPresent ? 1 : 0, code, ...rest];
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP; with a reason code for MQTT 5.0 only. */
export function ack(type: number, packetId: number, reasonCode?: number): number[] {
  const rest = reasonCode === undefined ? [] : [reasonCode];
  return [(type << 4) | (type === PACKET.pubrel ? 2 : 0), 2 + rest.length, packetId >> 8, packetId & 0xff, ...rest];
}

/** PUBLISH of QoS 1 or 2 for MQTT 3.1.1, shorter than 128 bytes. */
export function publish(topic: string, packetId: number, payload: string, qos: 1 | 2, dup = false): number[] {
  const body = [0, topic.length, ...Buffer.from(topic), packetId >> 8, packetId & 0xff, ...Buffer.from(payload)];
  return [0x30 | (dup ? 8 : 0) | (qos << 1), body.length, ...body];
}

export function readPublish({ flags, body }: RawPacket): RawPublish {
  const topicEnd = 2 + body.readUInt16BE(0);
  const qos = (flags >> 1) & 3;
  const topic = body.toString('utf8', 2, topicEnd);
  const packetId = qos === 0 ? 0 : body.readUInt16BE(topicEnd);
  return { topic, packetId, payload: body.toString('utf8', topicEnd + (qos === 0 ? 0 : 2)), qos, dup: (flags & 8) !== 0 };
}

/** The packet identifier with which the body of an acknowledgement or a SUBSCRIBE begins. */
export function readPacketId({ body }: RawPacket): number {
  return body.readUInt16BE(0);
}

function firstPacket(bytes: Buffer): (RawPacket & { readonly byteCount: number }) | undefined {
  let remaining = 0;
  for (let index = 1; index <= 4; index += 1) {
    const digit = bytes[index];
    if (digit === undefined) return undefined;
    remaining += (digit & 0x7f) * 128 ** (index - 1);
    if (digit >= 0x80) continue;
    const byteCount = index + 1 + remaining;
    const first = bytes[0] ?? 0;
    if (bytes.byteLength < byteCount) return undefined;
    return { type: first >> 4, flags: first & 0x0f, body: bytes.subarray(index + 1, byteCount), byteCount };
  }
  return undefined;
}
