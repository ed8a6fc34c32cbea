import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import { rawBytes } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { acknowledgement, text, type MqttBench } from '../bench/mqtt-bench.ts';
import { told } from '../bench/peer.ts';
import { faultyClient, type FaultKind, type FaultyClient } from './fault-kinds.ts';
import { FAILURE_CODE_MIN, type HandshakeEvent } from './handshake-model.ts';
import { receiverAfter, receiverAtStart, type ReceiverState } from './receiver-model.ts';

/** What a publisher sends of a message. */
export interface Publication {
  readonly packetId: number;
  /** Its payload. */
  readonly message: string;
  readonly dup?: boolean;
}

/**
 * A publisher whose connection is faulty, of one QoS and one topic. It tells the model what it sends and hears, and what
 * the SUT answers against the rules fails the case.
 */
export class FaultyPublisher {
  readonly client: FaultyClient;
  readonly #bench: MqttBench;
  readonly #topic: string;
  #state: ReceiverState;

  constructor(client: FaultyClient, topic: string, qos: 1 | 2) {
    this.client = client;
    this.#bench = client.bench;
    this.#topic = topic;
    this.#state = receiverAtStart({ version: client.bench.version, qos, sut: 'server' });
  }

  get state(): ReceiverState {
    return this.#state;
  }

  /** PUBLISH, one or more, in one segment. */
  async publish(...publications: readonly Publication[]): Promise<void> {
    await this.client.peer.sendBytes(rawBytes(...publications.map((publication) => this.#publishBytes(publication))));
    for (const { packetId, message, dup = false } of publications) this.#take({ kind: 'publish', packetId, message, dup });
  }

  /** The first half of a PUBLISH. */
  async publishHalf(publication: Publication): Promise<void> {
    const bytes = this.#publishBytes(publication);
    await this.client.peer.sendBytes(bytes.subarray(0, Math.ceil(bytes.length / 2)));
  }

  /** PUBREL, so often, in one segment. */
  async release(packetId: number, copies = 1): Promise<void> {
    const bytes = this.#bytes(acknowledgement('pubrel', packetId));
    await this.client.peer.sendBytes(rawBytes(...Array.from({ length: copies }, () => bytes)));
    for (let copy = 0; copy < copies; copy += 1) this.#take({ kind: 'pubrel', packetId });
  }

  /** The first half of a PUBREL. */
  async releaseHalf(packetId: number): Promise<void> {
    await this.client.peer.sendBytes(this.#bytes(acknowledgement('pubrel', packetId)).subarray(0, 2));
  }

  /**
   * Reads until everything is answered that was sent on this connection.
   * @param allowsEnd - The SUT may end the connection instead, because what was sent is against the rules of a sender.
   * @returns Whether the connection still lives.
   */
  async answers(allowsEnd = false): Promise<boolean> {
    while (this.#state.owed.length > 0) {
      if (!(await this.answer(allowsEnd))) return false;
    }
    return true;
  }

  /** Reads one answer. @returns Whether the connection still lives. */
  async answer(allowsEnd = false): Promise<boolean> {
    const { peer } = this.client;
    const heard = await peer.next();
    const owed = this.#state.owed.map(({ type, packetId }) => `${type.toUpperCase()} ${packetId}`).join(', ');
    const isLastWord = heard.kind === 'packet' && heard.packet.type === 'disconnect';
    if (allowsEnd && (heard.kind === 'closed' || isLastWord)) {
      this.#take({ kind: 'cut' });
      return false;
    }
    if (heard.kind !== 'packet') return failCase(`${peer.name}: ${owed} is due, but ${told(heard)}`, heard.kind === 'malformed' ? [heard.violation.statement] : []);
    const { packet } = heard;
    if (packet.type !== 'puback' && packet.type !== 'pubrec' && packet.type !== 'pubcomp') return failCase(`${peer.name}: ${owed} is due, but ${told(heard)}`);
    this.#take({ kind: packet.type, packetId: packet.packetId, reasonCode: packet.reasonCode });
    const isRefusal = packet.type !== 'pubcomp' && packet.reasonCode >= FAILURE_CODE_MIN;
    if (isRefusal && !allowsEnd) inconclusiveCase(`${peer.name}: the SUT refuses the publication: ${told(heard)}`);
    return true;
  }

  /** QoS 1: PUBLISH and its answer. QoS 2: the whole handshake. */
  async deliver(publication: Publication): Promise<void> {
    await this.publish(publication);
    await this.answers();
    if (this.#state.rules.qos === 1) return;
    await this.release(publication.packetId);
    await this.answers();
  }

  async cut(fault: FaultKind): Promise<void> {
    await this.client.cut(fault);
    this.#take({ kind: 'cut' });
  }

  async resume(session: 'judged' | 'any' = 'judged'): Promise<void> {
    const kept = await this.client.resume(undefined, session);
    this.#take({ kind: 'resumed', kept });
  }

  async cutAndResume(fault: FaultKind): Promise<void> {
    await this.cut(fault);
    await this.resume();
  }

  #take(event: HandshakeEvent): void {
    this.#state = receiverAfter(this.#state, event);
    const [violation] = this.#state.violations;
    if (violation !== undefined) failCase(`${this.client.peer.name}: ${violation.because}`, [violation.statement]);
  }

  #publishBytes({ packetId, message, dup = false }: Publication): Uint8Array {
    return this.#bytes(this.#bench.publishPacket(this.#topic, { qos: this.#state.rules.qos, packetId, dup, payload: text(message) }));
  }

  #bytes(packet: LoosePacket): Uint8Array {
    return encodeLoose(packet, this.#bench.version);
  }
}

/** Connected, with a session that is kept. */
export async function faultyPublisher(bench: MqttBench, topic: string, qos: 1 | 2): Promise<FaultyPublisher> {
  return new FaultyPublisher(await faultyClient(bench, 'publisher'), topic, qos);
}
