import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { BrokerMessage, QualityOfService } from './broker-engine.ts';
import { encodePublish, encodePubrel, type Delivery } from './publish-frame.ts';

/** A packet as it came from the broker; `flags` is the low half of its first byte. */
export interface RawPacket {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

export interface RawDelivery extends BrokerMessage {
  readonly dup: boolean;
  readonly packetId: number;
}

export interface RawConnectOptions {
  /** Default true. */
  readonly clean?: boolean;
  readonly will?: RawWill;
  /** Protocol level, default 4. */
  readonly level?: number;
}

export interface RawWill {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QualityOfService;
  readonly retain: boolean;
}

/**
 * An MQTT 3.1.1 client on a bare socket, for tests that must send packets which no library would: the same PUBLISH
 * twice in one segment, half a handshake, garbage.
 */
export interface RawClient {
  readonly deliveries: RawDelivery[];
  /** Set false to leave deliveries unacknowledged. */
  acknowledge: boolean;
  connect(clientId: string, options?: RawConnectOptions): Promise<{ readonly sessionPresent: boolean; readonly code: number }>;
  /** @returns the return code of each filter: the granted QoS, or 0x80. */
  subscribe(filters: Readonly<Record<string, number>>): Promise<number[]>;
  unsubscribe(filter: string): Promise<void>;
  /** Publishes and completes the handshake. */
  publish(message: BrokerMessage, delivery?: Partial<Delivery>): Promise<void>;
  send(...frames: Uint8Array[]): void;
  /** The next packet of this type that nobody has taken. */
  take(type: number): Promise<RawPacket>;
  readonly closed: Promise<void>;
  readonly isClosed: boolean;
  pause(): void;
  resume(): void;
  /** DISCONNECT, then the end. */
  disconnect(): Promise<void>;
  /** Cuts without DISCONNECT. */
  cut(): Promise<void>;
}

export const CONNACK = 2;
const PUBLISH = 3;
export const PUBACK = 4;
export const PUBREC = 5;
const PUBREL = 6;
export const PUBCOMP = 7;
const SUBACK = 9;
const UNSUBACK = 11;

/** A message to publish in a test. */
export function messageOf(topic: string, payload: string, qos: QualityOfService = 0, retain = false): BrokerMessage {
  return { topic, payload: Buffer.from(payload), qos, retain };
}

export async function openRawClient(port: number): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return rawClient(socket);
}

function rawClient(socket: Socket): RawClient {
  const untaken: RawPacket[] = [];
  const waiting: { readonly type: number; readonly resolve: (packet: RawPacket) => void }[] = [];
  const deliveries: RawDelivery[] = [];
  let buffer = Buffer.alloc(0);
  let packetId = 0;
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      isClosed = true;
      resolve();
    });
  });
  // A reset by the broker is an expected end; `closed` tells it.
  socket.on('error', () => socket.destroy());
  const nextId = (): number => (packetId += 1);
  const dispatch = (packet: RawPacket): void => {
    if (packet.type === PUBLISH) deliveries.push(decodeDelivery(packet));
    if (client.acknowledge) answer(socket, packet);
    const index = waiting.findIndex(({ type }) => type === packet.type);
    if (index === -1) untaken.push(packet);
    else waiting.splice(index, 1)[0]?.resolve(packet);
  };
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let next = firstPacket(buffer); next !== undefined; next = firstPacket(buffer)) {
      buffer = buffer.subarray(next.byteCount);
      dispatch(next.packet);
    }
  });
  const client: RawClient = {
    deliveries,
    acknowledge: true,
    closed,
    get isClosed() {
      return isClosed;
    },
    async connect(clientId, { clean = true, will, level = 4 } = {}) {
      socket.write(encodeConnect(clientId, clean, will, level));
      const { body } = await client.take(CONNACK);
      return { sessionPresent: body[0] === 1, code: body[1] ?? -1 };
    },
    async subscribe(filters) {
      const entries = Object.entries(filters).flatMap(([filter, qos]) => [text(filter), Uint8Array.of(qos)]);
      socket.write(packetOf(0x82, [identifier(nextId()), ...entries]));
      return [...(await client.take(SUBACK)).body.subarray(2)];
    },
    async unsubscribe(filter) {
      socket.write(packetOf(0xa2, [identifier(nextId()), text(filter)]));
      await client.take(UNSUBACK);
    },
    async publish(message, delivery = {}) {
      const id = delivery.packetId ?? nextId();
      socket.write(encodePublish(message, { qos: message.qos, retain: message.retain, dup: false, packetId: id, ...delivery }));
      if (message.qos === 1) await client.take(PUBACK);
      if (message.qos < 2) return;
      await client.take(PUBREC);
      socket.write(encodePubrel(id));
      await client.take(PUBCOMP);
    },
    send: (...frames) => void socket.write(Buffer.concat(frames)),
    take(type) {
      const index = untaken.findIndex((packet) => packet.type === type);
      const [found] = index === -1 ? [] : untaken.splice(index, 1);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        waiting.push({ type, resolve });
        void closed.then(() => reject(new Error(`closed while waiting for packet type ${type}`)));
      });
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    async disconnect() {
      socket.end(Uint8Array.of(0xe0, 0));
      await closed;
    },
    async cut() {
      socket.destroy();
      await closed;
    },
  };
  return client;
}

function answer(socket: Socket, packet: RawPacket): void {
  if (packet.type === PUBREL) socket.write(packetOf(0x70, [packet.body.subarray(0, 2)]));
  if (packet.type !== PUBLISH) return;
  const { qos, packetId } = decodeDelivery(packet);
  if (qos > 0) socket.write(packetOf(qos === 1 ? 0x40 : 0x50, [identifier(packetId)]));
}

function decodeDelivery({ flags, body }: RawPacket): RawDelivery {
  const qos = flags & 0x06;
  const topicEnd = 2 + body.readUInt16BE(0);
  const payloadStart = topicEnd + (qos > 0 ? 2 : 0);
  return {
    topic: body.toString('utf8', 2, topicEnd),
    payload: body.subarray(payloadStart),
    qos: qos === 0 ? 0 : qos === 2 ? 1 : 2,
    retain: (flags & 1) === 1,
    dup: (flags & 8) === 8,
    packetId: qos > 0 ? body.readUInt16BE(topicEnd) : 0,
  };
}

function firstPacket(buffer: Buffer): { readonly packet: RawPacket; readonly byteCount: number } | undefined {
  let length = 0;
  for (let at = 1; at < buffer.length && at <= 4; at += 1) {
    const byte = buffer[at] ?? 0;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte >= 0x80) continue;
    const byteCount = at + 1 + length;
    if (buffer.length < byteCount) return undefined;
    const first = buffer[0] ?? 0;
    return { packet: { type: first >> 4, flags: first & 0x0f, body: buffer.subarray(at + 1, byteCount) }, byteCount };
  }
  return undefined;
}

/** A CONNECT packet; public for tests that send it in pieces. */
export function encodeConnect(clientId: string, clean: boolean, will?: RawWill, level = 4): Uint8Array {
  const willFlags = will === undefined ? 0 : 0x04 | (will.qos << 3) | (will.retain ? 0x20 : 0);
  const fields = [text('MQTT'), Uint8Array.of(level, willFlags | (clean ? 0x02 : 0)), identifier(0), text(clientId)];
  return packetOf(0x10, will === undefined ? fields : [...fields, text(will.topic), text(will.payload)]);
}

function packetOf(first: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  if (body.length > 16_383) throw new Error('a test packet is shorter than this');
  const length = body.length < 128 ? [body.length] : [(body.length % 128) | 0x80, Math.floor(body.length / 128)];
  return Buffer.concat([Uint8Array.of(first, ...length), body]);
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([identifier(bytes.length), bytes]);
}

function identifier(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}
