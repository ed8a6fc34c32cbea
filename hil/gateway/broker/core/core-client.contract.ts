import { encodeLoose } from '../../../protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../protocols/mqtt/loose-packet.ts';
import type { MqttPacket, PacketType, ProtocolVersion, PublishPacket, Qos, SubscriptionRequest } from '../../../protocols/mqtt/packet.ts';
import { createPacketStream } from '../../../protocols/mqtt/packet-stream.ts';
import { NO_PROPERTIES, type MqttProperties } from '../../../protocols/mqtt/properties.ts';
import type { Clock, Timer } from '../../../runtime/clock.ts';
import { randomFromSeed } from '../../../runtime/random.ts';
import type { ByteLink } from '../../../transport/byte-link.ts';
import { memoryLinkPair } from '../../../transport/memory-link.ts';
import { createCoreBroker, type CoreBroker, type CoreBrokerDeps } from './core-broker.ts';
import type { CoreBrokerOptions } from './core-options.ts';

type PacketOf<Type extends PacketType> = Extract<MqttPacket, { readonly type: Type }>;

/** A clock that stands until it is told to go on. */
export interface ManualClock extends Clock {
  /** Lets that much time pass, timers firing at their instants. */
  advance(byMs: number): Promise<void>;
}

/** @param wallAheadMs - How far the wall clock is ahead of the monotonic one. */
export function manualClock(wallAheadMs = 0): ManualClock {
  let nowMs = 1_000;
  const timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();
  const clock: ManualClock = {
    nowMs: () => nowMs,
    wallMs: () => nowMs + wallAheadMs,
    setTimer(delayMs, callback): Timer {
      const timer = { dueMs: nowMs + delayMs, callback };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    async advance(byMs) {
      const untilMs = nowMs + byMs;
      for (;;) {
        const next = [...timers].filter(({ dueMs }) => dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.dueMs);
        next.callback();
        await quiet();
      }
      nowMs = untilMs;
      await quiet();
    },
  };
  return clock;
}

/** Lets everything that is under way on memory links arrive. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A client that sends and shows bare packets, right or wrong, over a memory link. */
export interface CoreClient {
  readonly link: ByteLink;
  /** Every packet from the broker, in order. */
  readonly received: MqttPacket[];
  isClosed(): boolean;
  /** Sends packets in one chunk and waits until all is quiet. */
  send(...packets: LoosePacket[]): Promise<void>;
  sendBytes(bytes: Uint8Array): Promise<void>;
  connect(fields?: ConnectFields): Promise<PacketOf<'connack'>>;
  subscribe(requests: readonly (Partial<SubscriptionRequest> & { readonly filter: string })[], properties?: MqttProperties): Promise<PacketOf<'suback'>>;
  /** Takes the packets of one type out of `received`. */
  take<Type extends PacketType>(type: Type): PacketOf<Type>[];
  /** Cuts without DISCONNECT. */
  cut(): Promise<void>;
}

export type ConnectFields = Partial<Omit<PacketOf<'connect'>, 'type'>>;

export interface CoreBench {
  readonly broker: CoreBroker;
  readonly clock: ManualClock;
  client(version?: ProtocolVersion): CoreClient;
  /** Opens a client and connects it. */
  connected(clientId: string, version?: ProtocolVersion, fields?: ConnectFields): Promise<CoreClient>;
}

/** A broker with memory links and a clock that stands. */
export function coreBench(options: Partial<CoreBrokerOptions> = {}, deps: Partial<CoreBrokerDeps> = {}): CoreBench {
  const clock = manualClock();
  const broker = createCoreBroker(options, { clock, random: randomFromSeed(1), ...deps });
  const bench: CoreBench = {
    broker,
    clock,
    client: (version = 5) => coreClient(broker, version),
    async connected(clientId, version = 5, fields = {}) {
      const client = bench.client(version);
      const connack = await client.connect({ clientId, ...fields });
      if (connack.reasonCode !== 0) throw new Error(`CONNACK ${connack.reasonCode}`);
      return client;
    },
  };
  return bench;
}

export function coreClient(broker: Pick<CoreBroker, 'attach'>, version: ProtocolVersion): CoreClient {
  const { a: link, b: server } = memoryLinkPair();
  broker.attach(server);
  const stream = createPacketStream({ from: 'server', version });
  const received: MqttPacket[] = [];
  let closed = false;
  void link.closed.then(() => (closed = true));
  link.onBytes((chunk) => {
    for (const event of stream.push(chunk)) {
      if (event.kind === 'violation') throw new Error(`the broker broke ${event.violation.statement}: ${event.violation.because}`);
      received.push(event.packet);
    }
  });
  const client: CoreClient = {
    link,
    received,
    isClosed: () => closed,
    send: (...packets) => client.sendBytes(Buffer.concat(packets.map((packet) => encodeLoose(packet, version)))),
    async sendBytes(bytes) {
      // A broker that has closed meanwhile is what some tests want to see.
      await link.send(bytes).catch(() => undefined);
      await quiet();
    },
    async connect(fields = {}) {
      await client.send({ type: 'connect', protocolName: 'MQTT', protocolLevel: version, cleanStart: true, keepAliveS: 0, clientId: 'client', properties: NO_PROPERTIES, ...fields });
      const [connack] = client.take('connack');
      if (connack === undefined) throw new Error('no CONNACK');
      return connack;
    },
    async subscribe(requests, properties = NO_PROPERTIES) {
      const subscriptions = requests.map((request) => ({ qos: 0 as const, noLocal: false, retainAsPublished: false, retainHandling: 0 as const, ...request }));
      await client.send({ type: 'subscribe', packetId: 999, subscriptions, properties });
      const [suback] = client.take('suback');
      if (suback === undefined) throw new Error('no SUBACK');
      return suback;
    },
    take(type) {
      const taken = received.filter((packet): packet is PacketOf<typeof type> => packet.type === type);
      const left = received.filter((packet) => packet.type !== type);
      received.splice(0, received.length, ...left);
      return taken;
    },
    async cut() {
      link.destroy();
      await quiet();
    },
  };
  return client;
}

/** A PUBLISH to send. */
export function publishOf(topic: string, payload: string, qos: Qos = 0, more: Partial<PublishPacket> = {}): PublishPacket {
  return { type: 'publish', dup: false, qos, retain: false, topic, packetId: qos === 0 ? undefined : 1, payload: Buffer.from(payload), properties: NO_PROPERTIES, ...more };
}

/** An acknowledgement to send. */
export function ackOf(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number, reasonCode = 0): MqttPacket {
  return { type, packetId, reasonCode, properties: NO_PROPERTIES };
}

/** The payloads of publishes, as text. */
export function textsOf(packets: readonly PublishPacket[]): string[] {
  return packets.map(({ payload }) => Buffer.from(payload).toString());
}
