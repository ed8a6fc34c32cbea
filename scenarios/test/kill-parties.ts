import type { MadeMessage } from '../../conformance/checkers/hand-made-messages.contract.ts';
import { encodeLoose } from '../../hil/protocols/mqtt/encode-loose.ts';
import type { ConnectPacket, MqttPacket, ProtocolVersion, Qos } from '../../hil/protocols/mqtt/packet.ts';
import { createPacketStream } from '../../hil/protocols/mqtt/packet-stream.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';

/** Unacknowledged messages of one publisher. */
const WINDOW = 8;
const FOREVER_S = 0xffff_ffff;

/** A client whose state outlives its connections and the broker's process: what it knows is what it was told. */
export abstract class Party {
  readonly clientId: string;
  readonly version: ProtocolVersion;
  /** What `sessionPresent` said, connection by connection. */
  readonly presence: boolean[] = [];
  #link: ByteLink | undefined;

  constructor(clientId: string, version: ProtocolVersion) {
    this.clientId = clientId;
    this.version = version;
  }

  /** Resolves at CONNACK. */
  async connect(port: number, more: Partial<ConnectPacket> = {}): Promise<void> {
    const link = await connectTcp({ host: '127.0.0.1', port }, { clock: realClock, timeoutMs: 5_000 });
    this.#link = link;
    const stream = createPacketStream({ from: 'server', version: this.version });
    const connected = new Promise<void>((resolve, reject) => {
      void link.closed.then(() => reject(new Error(`${this.clientId} was closed before CONNACK`)));
      link.onBytes((chunk) => {
        for (const event of stream.push(chunk)) {
          if (event.kind === 'violation') throw new Error(`${this.clientId}: ${event.violation.because}`);
          if (event.packet.type !== 'connack') this.receive(event.packet);
          else {
            if (event.packet.reasonCode !== 0) throw new Error(`${this.clientId}: CONNACK ${event.packet.reasonCode}`);
            this.presence.push(event.packet.sessionPresent);
            this.resume();
            resolve();
          }
        }
      });
    });
    const properties = this.version === 5 ? { sessionExpiryIntervalS: FOREVER_S, receiveMaximum: 20 } : {};
    this.send({ type: 'connect', protocolName: 'MQTT', protocolLevel: this.version, cleanStart: false, keepAliveS: 0, clientId: this.clientId, properties, ...more });
    await connected;
  }

  cut(): void {
    this.#link?.destroy();
  }

  send(packet: MqttPacket): void {
    // A broker that was killed takes nothing; what was not answered is sent again.
    void this.#link?.send(encodeLoose(packet, this.version)).catch(() => undefined);
  }

  /** After CONNACK. */
  abstract resume(): void;
  abstract receive(packet: MqttPacket): void;
}

function acknowledgement(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number): MqttPacket {
  return { type, packetId, reasonCode: 0, properties: {} };
}

/** Publishes one number after the other, and again what was not acknowledged (MQTT section 4.4). */
export class KillPublisher extends Party {
  readonly qos: 1 | 2;
  readonly sent: { n: number; sentMs: number; ackedMs: number | undefined }[] = [];
  readonly #open = new Map<number, { readonly n: number; isReleased: boolean }>();
  #packetId = 0;
  isStopping = false;

  constructor(clientId: string, version: ProtocolVersion, qos: 1 | 2) {
    super(clientId, version);
    this.qos = qos;
  }

  get isDone(): boolean {
    return this.isStopping && this.#open.size === 0;
  }

  resume(): void {
    for (const [packetId, { n, isReleased }] of this.#open) {
      if (isReleased) this.send(acknowledgement('pubrel', packetId));
      else this.#publish(packetId, n, true);
    }
    this.#more();
  }

  receive(packet: MqttPacket): void {
    if (packet.type === 'puback' || packet.type === 'pubcomp') {
      const open = this.#open.get(packet.packetId);
      this.#open.delete(packet.packetId);
      const message = open === undefined ? undefined : this.sent[open.n - 1];
      if (message !== undefined) message.ackedMs = Date.now();
      this.#more();
    } else if (packet.type === 'pubrec') {
      const open = this.#open.get(packet.packetId);
      if (open !== undefined) open.isReleased = true;
      this.send(acknowledgement('pubrel', packet.packetId));
    }
  }

  #more(): void {
    while (!this.isStopping && this.#open.size < WINDOW) {
      const n = this.sent.length + 1;
      do this.#packetId = (this.#packetId % 65_535) + 1;
      while (this.#open.has(this.#packetId));
      this.#open.set(this.#packetId, { n, isReleased: false });
      this.sent.push({ n, sentMs: Date.now(), ackedMs: undefined });
      this.#publish(this.#packetId, n, false);
    }
  }

  #publish(packetId: number, n: number, dup: boolean): void {
    const payload = Buffer.from(`${n} ${'x'.repeat((n * 37) % 300)}`);
    this.send({ type: 'publish', dup, qos: this.qos, retain: false, topic: `kill/${this.clientId}`, packetId, payload, properties: {} });
  }
}

interface Arrival {
  readonly topic: string;
  readonly text: string;
  readonly t: number;
  readonly qos: Qos;
  readonly retain: boolean;
}

/** Takes everything by the book: a QoS 2 identifier is held until PUBREL. */
export class KillSubscriber extends Party {
  readonly arrivals: Arrival[] = [];
  readonly #held = new Set<number>();
  onSuback: () => void = () => undefined;

  subscribe(...filters: readonly string[]): Promise<void> {
    const subscriptions = filters.map((filter) => ({ filter, qos: 2, noLocal: false, retainAsPublished: false, retainHandling: 0 }) as const);
    const granted = new Promise<void>((resolve) => (this.onSuback = resolve));
    this.send({ type: 'subscribe', packetId: 1, subscriptions, properties: {} });
    return granted;
  }

  resume(): void {
    // Nothing: the subscriptions must be there.
  }

  receive(packet: MqttPacket): void {
    if (packet.type === 'suback') this.onSuback();
    if (packet.type === 'pubrel') {
      this.#held.delete(packet.packetId);
      this.send(acknowledgement('pubcomp', packet.packetId));
    }
    if (packet.type !== 'publish') return;
    const { packetId, topic, qos, retain } = packet;
    const [text = ''] = Buffer.from(packet.payload).toString().split(' ');
    if (packetId === undefined || !this.#held.has(packetId)) this.arrivals.push({ topic, text, t: Date.now(), qos, retain });
    if (packetId === undefined) return;
    if (qos === 2) this.#held.add(packetId);
    this.send(acknowledgement(qos === 1 ? 'puback' : 'pubrec', packetId));
  }

  /** The texts that came to a topic, in the order of arrival. */
  textsOf(topic: string): string[] {
    return this.arrivals.filter((arrival) => arrival.topic === topic).map(({ text }) => text);
  }
}

/** What was sent and what came of it, as the checkers of a run take it; instants from the first one on. */
export function messagesOf(publishers: readonly KillPublisher[], { arrivals }: KillSubscriber): MadeMessage[] {
  const startMs = Math.min(...publishers.flatMap(({ sent }) => sent.map(({ sentMs }) => sentMs)));
  const inMs = (t: number): number => 1_000 + (t - startMs) / 100;
  return publishers.flatMap(({ clientId, qos, sent }) => {
    const byNumber = new Map<string, { t: number; qos: number }[]>();
    for (const { topic, text, t, qos: arrivedQos } of arrivals) {
      if (topic !== `kill/${clientId}`) continue;
      const known = byNumber.get(text) ?? [];
      known.push({ t: inMs(t), qos: arrivedQos });
      byNumber.set(text, known);
    }
    return sent.map(({ n, sentMs, ackedMs }) => ({
      client: clientId,
      n,
      qos,
      sentMs: inMs(sentMs),
      ackedMs: ackedMs === undefined ? undefined : inMs(ackedMs),
      arrivals: byNumber.get(String(n)) ?? [],
    }));
  });
}
