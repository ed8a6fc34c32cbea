import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { failCase } from '../../framework/case-stop.ts';
import { acknowledgement, textOf, type MqttBench } from '../bench/mqtt-bench.ts';
import { told, type Peer } from '../bench/peer.ts';
import { faultyClient, type FaultyClient } from './fault-kinds.ts';
import { statementIn } from './handshake-model.ts';
import { boundsOf, type ReceiverState } from './receiver-model.ts';

/** Payload of the message behind which nothing is looked for. */
export const SENTINEL = 'end of the case';

/**
 * A subscriber in good standing: what the application behind it sees, and how often. It answers everything at once, and a
 * second PUBLISH of the same handshake is no second message (3.1.1 lets a server resend on a live connection).
 */
export class DeliveryCounter {
  readonly #bench: MqttBench;
  readonly #client: FaultyClient | undefined;
  #peer: Peer;
  readonly #counts = new Map<string, number>();
  /** What came under each packet id last. */
  readonly #last = new Map<number, string>();
  /** Packet ids of QoS 2 between PUBREC and PUBREL. */
  readonly #held = new Set<number>();

  /** @param client - Whose session is kept, when the SUT is going to restart. */
  constructor(bench: MqttBench, peer: Peer, client?: FaultyClient) {
    this.#bench = bench;
    this.#peer = peer;
    this.#client = client;
  }

  /** Resumes its session after a restart. What was under way before and not read is delivered again. */
  async afterRestart(): Promise<void> {
    if (this.#client === undefined) return;
    await this.#client.resume();
    this.#peer = this.#client.peer;
  }

  /** Messages in the order in which each was seen first. */
  get order(): readonly string[] {
    return [...this.#counts.keys()];
  }

  /**
   * Reads until this message was seen. It has to be published after those that are counted, by the same client at the same
   * QoS to the same topic: then it comes after them (section 4.6).
   */
  async until(message: string): Promise<void> {
    while (!this.#counts.has(message)) {
      const heard = await this.#peer.next();
      if (heard.kind !== 'packet') {
        const because = `${this.#peer.name}: "${message}" was acknowledged to its publisher and has to come, but ${told(heard)}`;
        failCase(because, heard.kind === 'malformed' ? [heard.violation.statement] : [statementIn(this.#bench.version, '4.5.0-1', '4.5.0-1')]);
      }
      const { packet } = heard;
      if (packet.type === 'publish') await this.#publish(packet);
      if (packet.type === 'pubrel') await this.#pubrel(packet.packetId);
    }
  }

  /** Fails the case when a message was seen more or less often than the model says. */
  judge(state: ReceiverState): void {
    for (const message of new Set([...state.bounds.keys(), ...this.#counts.keys()])) {
      if (message === SENTINEL) continue;
      const { min, max } = boundsOf(state, message);
      const count = this.#counts.get(message) ?? 0;
      if (count < min || count > max) failCase(`${this.#peer.name}: "${message}" was delivered ${times(count)}, and has to be delivered ${wanted(min, max)}`);
    }
  }

  async #publish({ packetId, payload, qos, dup }: PublishPacket): Promise<void> {
    const message = textOf(payload);
    if (packetId === undefined) {
      this.#count(message);
      return;
    }
    const isSameHandshake = this.#last.get(packetId) === message && (this.#held.has(packetId) || (qos === 1 && dup && this.#bench.version === 4));
    if (!isSameHandshake) this.#count(message);
    this.#last.set(packetId, message);
    if (qos === 2) this.#held.add(packetId);
    await this.#peer.send(acknowledgement(qos === 1 ? 'puback' : 'pubrec', packetId));
  }

  async #pubrel(packetId: number): Promise<void> {
    this.#held.delete(packetId);
    await this.#peer.send(acknowledgement('pubcomp', packetId));
  }

  #count(message: string): void {
    this.#counts.set(message, (this.#counts.get(message) ?? 0) + 1);
  }
}

/**
 * A new client that subscribes the topic at this QoS; inconclusive when that cannot be had.
 * @param isKept - Its session is kept, because the SUT is going to restart.
 */
export async function deliveryCounter(bench: MqttBench, topic: string, qos: 1 | 2, isKept: boolean): Promise<DeliveryCounter> {
  const client = isKept ? await faultyClient(bench, 'subscriber') : undefined;
  const peer = client?.peer ?? (await bench.connected('subscriber')).peer;
  await bench.subscribed(peer, { filter: topic, qos });
  return new DeliveryCounter(bench, peer, client);
}

function times(count: number): string {
  if (count === 0) return 'never';
  return count === 1 ? 'once' : `${count} times`;
}

function wanted(min: number, max: number): string {
  if (min === max) return min === 1 ? 'exactly once' : `exactly ${times(min)}`;
  return min === 0 ? `at most ${times(max)}` : `at least ${times(min)} and at most ${times(max)}`;
}
