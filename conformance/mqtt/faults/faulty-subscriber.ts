import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { MqttPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { failCase } from '../../framework/case-stop.ts';
import type { Heard } from '../bench/heard.ts';
import { acknowledgement, text, textOf, type ConnectFields, type MqttBench, type Session } from '../bench/mqtt-bench.ts';
import { told } from '../bench/peer.ts';
import { SENTINEL } from './delivery-count.ts';
import { faultyClient, untilBack, type FaultKind, type FaultyClient } from './fault-kinds.ts';
import { statementIn, type HandshakeEvent } from './handshake-model.ts';
import { boundsOfSent, owedBySender, senderAfter, senderAtStart, type SenderState } from './sender-model.ts';

type AnswerType = 'puback' | 'pubrec' | 'pubcomp';

/**
 * A subscriber whose connection is faulty, with one subscription, and a publisher in good standing. It tells the model what
 * it hears and answers; what the SUT sends against the rules fails the case.
 */
export class FaultySubscriber {
  readonly client: FaultyClient;
  readonly qos: 1 | 2;
  readonly #bench: MqttBench;
  readonly #topic: string;
  #publisher: Session;
  #isPublisherLost = false;
  readonly #published: string[] = [];
  #state: SenderState;

  constructor(client: FaultyClient, publisher: Session, topic: string, qos: 1 | 2) {
    this.client = client;
    this.qos = qos;
    this.#bench = client.bench;
    this.#topic = topic;
    this.#publisher = publisher;
    this.#state = senderAtStart({ version: client.bench.version, qos, sut: 'server' });
  }

  get state(): SenderState {
    return this.#state;
  }

  /** The publisher publishes these, and the SUT acknowledges them: from here on they are its to deliver. */
  async publish(...messages: readonly string[]): Promise<void> {
    if (this.#isPublisherLost) {
      await untilBack(this.#bench);
      this.#publisher = await this.#bench.connected('publisher-2');
      this.#isPublisherLost = false;
    }
    for (const message of messages) {
      await this.#bench.published(this.#publisher.peer, this.#topic, { qos: this.qos, payload: text(message) });
      this.#published.push(message);
    }
  }

  /** Reads until the PUBLISH of this message. @returns Its packet id. */
  async readPublish(message: string): Promise<number> {
    for (;;) {
      const packet = await this.read(`PUBLISH of "${message}"`);
      if (packet.type === 'publish' && textOf(packet.payload) === message) return packet.packetId ?? 0;
    }
  }

  /** Reads until the PUBREL with this packet id. */
  async readPubrel(packetId: number): Promise<void> {
    for (;;) {
      const packet = await this.read(`PUBREL ${packetId}`);
      if (packet.type === 'pubrel' && packet.packetId === packetId) return;
    }
  }

  /** Reads one packet, which has to come. @param due - What is waited for. */
  async read(due: string): Promise<MqttPacket> {
    const heard = await this.client.peer.next();
    if (heard.kind === 'packet') return this.#heard(heard.packet);
    const statements = heard.kind === 'malformed' ? [heard.violation.statement] : [statementIn(this.#bench.version, '4.4.0-1', '4.4.0-1')];
    return failCase(`${this.client.peer.name}: ${due} is due, but ${told(heard)}`, statements);
  }

  /** Reads for a while whatever comes. */
  async listen(waitMs: number): Promise<Heard> {
    const heard = await this.client.peer.next(waitMs);
    if (heard.kind === 'packet') this.#heard(heard.packet);
    return heard;
  }

  async answer(type: AnswerType, packetId: number, reasonCode = 0): Promise<void> {
    await this.client.peer.send({ ...acknowledgement(type, packetId), reasonCode });
    this.#take({ kind: type, packetId, reasonCode });
  }

  /** The first two bytes of an answer: its packet id is missing. */
  async answerHalf(type: AnswerType, packetId: number): Promise<void> {
    await this.client.peer.sendBytes(encodeLoose(acknowledgement(type, packetId), this.#bench.version).subarray(0, 2));
  }

  /**
   * Makes sure that the SUT has taken what was answered on this connection: PINGREQ, and all that comes before its answer.
   * @param allowsEnd - The connection may have been ended instead. @returns Whether it lives.
   */
  async settle(allowsEnd = false): Promise<boolean> {
    await this.client.peer.send({ type: 'pingreq' });
    for (;;) {
      const heard = await this.client.peer.next();
      if (allowsEnd && (heard.kind === 'closed' || (heard.kind === 'packet' && heard.packet.type === 'disconnect'))) return false;
      if (heard.kind !== 'packet') failCase(`${this.client.peer.name}: PINGRESP is due, but ${told(heard)}`);
      if (heard.packet.type === 'pingresp') break;
      this.#heard(heard.packet);
    }
    this.#take({ kind: 'settled' });
    return true;
  }

  async cut(fault: FaultKind): Promise<void> {
    await this.client.cut(fault);
    this.#isPublisherLost ||= fault === 'restart';
    this.#take({ kind: 'cut' });
  }

  /** @param fields - Of the CONNECT; the session is kept by default. */
  async resume(fields?: ConnectFields, session: 'judged' | 'any' = 'judged'): Promise<void> {
    const kept = await this.client.resume(fields, session);
    this.#take({ kind: 'resumed', kept: kept && fields?.cleanStart !== true });
  }

  async cutAndResume(fault: FaultKind): Promise<void> {
    await this.cut(fault);
    await this.resume();
  }

  /** Subscribes the topic; what comes before SUBACK is heard and not answered. */
  async subscribe(): Promise<void> {
    const { peer } = this.client;
    await peer.send(this.#bench.subscribePacket(60_100, [{ filter: this.#topic, qos: this.qos }]));
    for (;;) {
      const packet = await this.read('SUBACK');
      if (packet.type === 'suback') return;
    }
  }

  /**
   * Publishes a last message, and answers everything, until that one is done and the SUT owes nothing. Then judges how often
   * each message was seen.
   * @param expected - Messages that have to be seen; all that were published by default.
   */
  async finish(expected: readonly string[] = [...this.#published]): Promise<void> {
    await this.publish(SENTINEL);
    while (!this.#isDone(expected)) {
      const packet = await this.read(this.#due(expected));
      await this.#respond(packet);
    }
    await this.settle();
    const { min, max } = boundsOfSent(this.#state.rules);
    for (const message of expected) {
      const count = this.#state.seen.get(message) ?? 0;
      if (count < min || count > max) failCase(`${this.client.peer.name}: "${message}" was delivered ${count} times, and has to be delivered ${max === 1 ? 'exactly once' : 'at least once'}`);
    }
  }

  /** Answers a packet as a receiver in good standing. */
  async #respond(packet: MqttPacket): Promise<void> {
    if (packet.type === 'pubrel') await this.answer('pubcomp', packet.packetId);
    if (packet.type === 'publish' && packet.qos > 0) await this.answer(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId ?? 0);
  }

  #isDone(expected: readonly string[]): boolean {
    const { seen, open } = this.#state;
    const isOpen = [...open.values()].some(({ message, phase }) => message === SENTINEL && phase !== 'answered');
    return owedBySender(this.#state).length === 0 && !isOpen && [...expected, SENTINEL].every((message) => seen.has(message));
  }

  #due(expected: readonly string[]): string {
    const owed = owedBySender(this.#state).map(({ oneOf, packetId, message }) => `${oneOf.join(' or ').toUpperCase()} ${packetId} of "${message}"`);
    const unseen = [...expected, SENTINEL].filter((message) => !this.#state.seen.has(message)).map((message) => `"${message}"`);
    return [...owed, ...unseen].join(', ') || 'the rest of a handshake';
  }

  #heard(packet: MqttPacket): MqttPacket {
    if (packet.type === 'publish' && packet.packetId !== undefined) {
      this.#take({ kind: 'publish', packetId: packet.packetId, message: textOf(packet.payload), dup: packet.dup });
    }
    if (packet.type === 'pubrel') this.#take({ kind: 'pubrel', packetId: packet.packetId });
    return packet;
  }

  #take(event: HandshakeEvent): void {
    this.#state = senderAfter(this.#state, event);
    const [violation] = this.#state.violations;
    if (violation !== undefined) failCase(`${this.client.peer.name}: ${violation.because}`, [violation.statement]);
  }
}

/** A publisher, and a subscriber with a session that is kept and its subscription; inconclusive when these cannot be had. */
export async function faultySubscriber(bench: MqttBench, qos: 1 | 2): Promise<FaultySubscriber> {
  const topic = bench.topic('t');
  const publisher = await bench.connected('publisher');
  const client = await faultyClient(bench, 'subscriber');
  await bench.subscribed(client.peer, { filter: topic, qos });
  return new FaultySubscriber(client, publisher, topic, qos);
}
