import type { PublishPacket, Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES, type MqttProperties } from '../../../hil/protocols/mqtt/properties.ts';

/** A message on its way out, and how far its handshake is. */
export interface OutMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly properties: MqttProperties;
  packetId: number;
  /** `waiting`: not sent on any connection yet. */
  state: 'waiting' | 'published' | 'released';
}

/** Messages that may wait; the oldest stay. */
const WAITING_MAX = 1_000;

/** What the virtual device keeps beyond a connection: its session, and what it has not sent yet. */
export class DeviceSession {
  /** In the order of sending. */
  readonly out: OutMessage[] = [];
  readonly inbound = new Set<number>();
  /** A session was set up with a broker that can be resumed. */
  exists = false;
  #nextId = 1;

  queue(message: Omit<OutMessage, 'packetId' | 'state'>): void {
    if (this.out.length < WAITING_MAX) this.out.push({ ...message, packetId: 0, state: 'waiting' });
  }

  /** A packet id that is not in use. */
  freeId(): number {
    const used = new Set(this.out.map(({ packetId }) => packetId));
    while (used.has(this.#nextId)) this.#nextId = (this.#nextId % 65_535) + 1;
    const id = this.#nextId;
    this.#nextId = (this.#nextId % 65_535) + 1;
    return id;
  }

  /** The broker has no session: nothing of the old one may be used again. */
  discard(): void {
    this.inbound.clear();
    for (const message of this.inFlight()) this.remove(message);
  }

  inFlight(): OutMessage[] {
    return this.out.filter(({ state }) => state !== 'waiting');
  }

  find(packetId: number): OutMessage | undefined {
    return this.inFlight().find((message) => message.packetId === packetId);
  }

  remove(message: OutMessage): void {
    const at = this.out.indexOf(message);
    if (at >= 0) this.out.splice(at, 1);
  }
}

/** The PUBLISH of a message. */
export function publishOf({ topic, payload, qos, retain, properties, packetId }: OutMessage, dup: boolean): PublishPacket {
  return { type: 'publish', dup, qos, retain, topic, packetId: qos === 0 ? undefined : packetId, payload, properties: properties ?? NO_PROPERTIES };
}
