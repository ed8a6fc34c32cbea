import { decodePacket } from '../../../hil/protocols/mqtt/decode.ts';
import type { PacketSender } from '../../../hil/protocols/mqtt/decode-result.ts';
import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import { packetText } from '../../../hil/protocols/mqtt/packet-text.ts';
import type { MqttPacket, PacketType, ProtocolVersion } from '../../../hil/protocols/mqtt/packet.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { CaseWire } from '../../framework/case-wire.ts';
import { connectionEnd, isOfType, nothing, packetOf, type Heard, type Reaction } from './heard.ts';

export interface PeerOptions {
  readonly version: ProtocolVersion;
  /** Which side the SUT is: decides what it may send. */
  readonly sut: PacketSender;
  /** Longest wait for an answer that is due, milliseconds. */
  readonly answerTimeoutMs: number;
  /** How long nothing has to come before it is said that nothing came, milliseconds. */
  readonly quietMs: number;
}

/**
 * One connection to the SUT, packet by packet. `expect...` fails the case when the SUT does anything else;
 * `need...` ends it as inconclusive, for what is only a precondition of what is judged.
 */
export class Peer {
  readonly name: string;
  readonly #wire: CaseWire;
  readonly #options: PeerOptions;

  constructor(name: string, wire: CaseWire, options: PeerOptions) {
    this.name = name;
    this.#wire = wire;
    this.#options = options;
  }

  /** Sends a packet, right or wrong. A connection that the SUT has closed already takes it silently: `expect` sees the end. */
  async send(packet: LoosePacket): Promise<void> {
    await this.sendBytes(encodeLoose(packet, this.#options.version));
  }

  async sendBytes(bytes: Uint8Array): Promise<void> {
    await this.#wire.send(this.name, bytes);
  }

  /** What comes next, whatever it is. */
  async next(waitMs: number = this.#options.answerTimeoutMs): Promise<Heard> {
    const event = await this.#wire.next(this.name, waitMs);
    if (event.kind === 'silence') return event;
    if (event.kind === 'closed') return { kind: 'closed', how: event.how, tMs: event.tMs };
    const { bytes, tMs } = event;
    const decoded = decodePacket(bytes, this.#options.version, { from: this.#options.sut });
    if (decoded.kind === 'packet') return { kind: 'packet', packet: decoded.packet, bytes, tMs };
    if (decoded.kind === 'violation') return { kind: 'malformed', violation: decoded, bytes, tMs };
    return { kind: 'malformed', violation: { kind: 'violation', statement: 'fixed header', because: 'no whole packet' }, bytes, tMs };
  }

  /** One of these reactions, next; anything else fails the case. @param after - What they answer: `the second CONNECT`. */
  async expect(after: string, ...reactions: readonly [Reaction, ...Reaction[]]): Promise<Heard> {
    const heard = await this.#hearOneOf(after, reactions);
    if (reactions.some(({ accepts }) => accepts(heard))) return heard;
    return failCase(this.#contradiction(after, reactions, heard), violatedBy(heard));
  }

  /** As `expect`, for what the case needs and does not judge. */
  async need(after: string, ...reactions: readonly [Reaction, ...Reaction[]]): Promise<Heard> {
    const heard = await this.#hearOneOf(after, reactions);
    if (reactions.some(({ accepts }) => accepts(heard))) return heard;
    return inconclusiveCase(this.#contradiction(after, reactions, heard));
  }

  /** The next packet, which has to be of this type and fulfil `holds`. */
  async expectPacket<Type extends PacketType>(
    after: string,
    type: Type,
    says = '',
    holds: (packet: Extract<MqttPacket, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<MqttPacket, { type: Type }>> {
    return theOf(type, await this.expect(after, packetOf(type, says, holds)));
  }

  async needPacket<Type extends PacketType>(
    after: string,
    type: Type,
    says = '',
    holds: (packet: Extract<MqttPacket, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<MqttPacket, { type: Type }>> {
    return theOf(type, await this.need(after, packetOf(type, says, holds)));
  }

  /**
   * The SUT must end the connection. In 5.0 it may say why first: DISCONNECT (CONNACK before the session stands) with a
   * reason code of 0x80 or more. Packets that were under way before do not matter if `skip` takes them.
   */
  async expectEnd(after: string, skip: (packet: MqttPacket) => boolean = () => false): Promise<void> {
    const lastWord = this.#options.version === 5 ? [packetOf('disconnect', 'with an error', isError), packetOf('connack', 'with an error', isError)] : [];
    for (;;) {
      const skipped: Reaction = { says: 'what was under way', accepts: (heard) => heard.kind === 'packet' && skip(heard.packet) };
      const heard = await this.expect(after, connectionEnd, ...lastWord, skipped);
      if (heard.kind === 'closed') return;
      if (heard.kind === 'packet' && !skip(heard.packet)) break;
    }
    await this.expect(`the last word after ${after}`, connectionEnd);
  }

  /** Nothing may come for `quietMs`. Where packets of one connection say it sooner, use `barrier`. */
  async expectNothing(after: string, waitMs: number = this.#options.quietMs): Promise<void> {
    this.#wire.note(`${this.name}: nothing may come for ${waitMs} ms after ${after}`);
    const heard = await this.next(waitMs);
    if (!nothing.accepts(heard)) failCase(this.#contradiction(after, [nothing], heard), violatedBy(heard));
  }

  /**
   * PINGREQ, and everything that comes before its answer: what was due on this connection came before it. For SUTs that
   * are servers. The connection has to live: its end fails the case.
   */
  async barrier(after: string): Promise<readonly MqttPacket[]> {
    await this.send({ type: 'pingreq' });
    const before: MqttPacket[] = [];
    for (;;) {
      const heard = await this.expect(`${after}, with a PINGREQ behind it`, ANY_PACKET);
      if (heard.kind !== 'packet') continue;
      if (heard.packet.type === 'pingresp') return before;
      before.push(heard.packet);
    }
  }

  /** DISCONNECT and the end of the connection, in good order. */
  async disconnect(): Promise<void> {
    await this.send({ type: 'disconnect', reasonCode: 0, properties: {} });
    await this.#wire.close(this.name, 'fin');
  }

  /** Ends the connection without DISCONNECT. */
  async cut(): Promise<void> {
    await this.#wire.close(this.name, 'reset');
  }

  note(text: string): void {
    this.#wire.note(`${this.name}: ${text}`);
  }

  async #hearOneOf(after: string, reactions: readonly Reaction[]): Promise<Heard> {
    this.#wire.note(`${this.name}: after ${after} the standard allows ${listed(reactions)}`);
    return this.next();
  }

  #contradiction(after: string, reactions: readonly Reaction[], heard: Heard): string {
    return `${this.name}: after ${after} expected ${listed(reactions)}, but ${told(heard)}`;
  }
}

const ANY_PACKET: Reaction = { says: 'PINGRESP', accepts: ({ kind }) => kind === 'packet' };

function isError({ reasonCode }: { readonly reasonCode: number }): boolean {
  return reasonCode >= 0x80;
}

function listed(reactions: readonly Reaction[]): string {
  return reactions.map(({ says }) => says).join(' or ');
}

/** What was heard, in words. */
export function told(heard: Heard): string {
  if (heard.kind === 'packet') return `got ${packetText(heard.packet)}`;
  if (heard.kind === 'malformed') return `got a packet that breaks ${heard.violation.statement}: ${heard.violation.because}`;
  if (heard.kind === 'closed') return `the connection ${heard.how === 'fin' ? 'was closed' : 'broke'}`;
  return `nothing came within ${heard.waitedMs} ms`;
}

function violatedBy(heard: Heard): string[] {
  return heard.kind === 'malformed' ? [heard.violation.statement] : [];
}

function theOf<Type extends PacketType>(type: Type, heard: Heard): Extract<MqttPacket, { type: Type }> {
  if (heard.kind === 'packet' && isOfType(heard.packet, type)) return heard.packet;
  throw new TypeError(`a reaction that accepts only ${type} accepted ${heard.kind}`);
}
