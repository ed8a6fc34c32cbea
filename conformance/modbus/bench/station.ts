import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { CaseWire } from '../../framework/case-wire.ts';
import type { Carrier } from './carrier.ts';
import { exceptionCodeOf, hexOf, silence, told, type Heard, type Reaction } from './heard.ts';
import { decodeFrame, encodeFrame, type Envelope } from './modbus-frame.ts';

export interface StationOptions {
  readonly carrier: Carrier;
  readonly unit: number;
  readonly answerTimeoutMs: number;
  readonly quietMs: number;
  readonly firstTransactionId: number;
}

/** A request and whom it is for. */
export interface Asked {
  /** What it is, for the evidence: `a read of 126 registers`. */
  readonly what: string;
  readonly pdu: Uint8Array;
  /** Another unit than the SUT's own. */
  readonly unit?: number;
}

type Reactions = readonly [Reaction, ...Reaction[]];

/** A server may be busy (exception 06) or at work on something long (05); then it is asked again, so often and so much later. */
const ASK_AGAIN_MAX = 20;
const ASK_AGAIN_MS = 100;
const ACKNOWLEDGE = 5;
const BUSY = 6;

/**
 * One connection or line to the SUT. `expect...` fails the case when the SUT does what the standard does not allow;
 * `need...` ends it as inconclusive, for what is only a precondition.
 */
export class Station {
  readonly name: string;
  /** What ends the SUT's ASCII frames; LF until a case changes it. */
  endCharacter = 0x0a;
  readonly #wire: CaseWire;
  readonly #options: StationOptions;
  #transactionId: number;

  constructor(name: string, wire: CaseWire, options: StationOptions) {
    this.name = name;
    this.#wire = wire;
    this.#options = options;
    this.#transactionId = options.firstTransactionId;
  }

  /** The envelope of the next request. */
  envelope(unit = this.#options.unit): Envelope {
    this.#transactionId = (this.#transactionId + 1) & 0xffff;
    return { unit, transactionId: this.#transactionId };
  }

  /** A frame as the SUT should take it. */
  frame(pdu: Uint8Array, envelope: Envelope = this.envelope()): Uint8Array {
    return encodeFrame(this.#options.carrier, envelope, pdu);
  }

  async sendBytes(bytes: Uint8Array): Promise<void> {
    await this.#wire.send(this.name, bytes);
  }

  /** What comes next, whatever it answers. */
  async next(waitMs: number = this.#options.answerTimeoutMs): Promise<Heard> {
    const event = await this.#wire.next(this.name, waitMs);
    if (event.kind === 'silence') return event;
    if (event.kind === 'closed') return { kind: 'closed', how: event.how, tMs: event.tMs };
    const { bytes, tMs } = event;
    const decoded = decodeFrame(this.#options.carrier, bytes, this.endCharacter);
    return decoded.kind === 'frame' ? { ...decoded, kind: 'answer', tMs } : { ...decoded, bytes, tMs };
  }

  /** Asks, and asks again while the SUT says that it is busy. */
  async ask({ pdu, unit }: Pick<Asked, 'pdu' | 'unit'>, waitMs?: number): Promise<Heard> {
    for (let again = 0; ; again += 1) {
      const envelope = this.envelope(unit);
      await this.sendBytes(this.frame(pdu, envelope));
      const heard = inEnvelope(await this.next(waitMs), envelope, this.#options.carrier);
      const code = exceptionCodeOf(heard);
      if (code !== BUSY && code !== ACKNOWLEDGE) return heard;
      if (again >= ASK_AGAIN_MAX) return inconclusiveCase(`${this.name}: the SUT stays busy (exception ${code}) for ${ASK_AGAIN_MAX} requests`);
      await this.#wire.pause(ASK_AGAIN_MS);
    }
  }

  async expect(asked: Asked, ...reactions: Reactions): Promise<Heard> {
    this.#noteAllowed(asked.what, reactions);
    return this.judge(asked.what, await this.ask(asked), ...reactions);
  }

  /** As `expect`, for an answer, whose PDU it returns. */
  async expectPdu(asked: Asked, ...reactions: Reactions): Promise<Uint8Array> {
    const heard = await this.expect(asked, ...reactions);
    return heard.kind === 'answer' ? heard.pdu : failCase(`${this.name}: ${asked.what} was not answered: ${told(heard)}`);
  }

  async needPdu(asked: Asked, ...reactions: Reactions): Promise<Uint8Array> {
    this.#noteAllowed(asked.what, reactions);
    const heard = await this.ask(asked);
    if (heard.kind === 'answer' && reactions.some(({ accepts }) => accepts(heard))) return heard.pdu;
    return inconclusiveCase(this.#contradiction(asked.what, reactions, heard));
  }

  /** Fails the case unless what was heard is one of the reactions. */
  judge(what: string, heard: Heard, ...reactions: Reactions): Heard {
    if (reactions.some(({ accepts }) => accepts(heard))) return heard;
    return failCase(this.#contradiction(what, reactions, heard), heard.kind === 'malformed' ? heard.statements : []);
  }

  /** Nothing may answer these bytes for `quietMs`. @param others - Other reactions that are allowed, the end of the connection. */
  async expectSilence(what: string, bytes: Uint8Array, ...others: readonly Reaction[]): Promise<Heard> {
    this.#noteAllowed(what, [silence, ...others]);
    await this.sendBytes(bytes);
    return this.judge(what, await this.next(this.#options.quietMs), silence, ...others);
  }

  async close(how: 'fin' | 'reset' = 'fin'): Promise<void> {
    await this.#wire.close(this.name, how);
  }

  #noteAllowed(what: string, reactions: readonly Reaction[]): void {
    this.#wire.note(`${this.name}: after ${what} the standard allows ${listed(reactions)}`);
  }

  #contradiction(what: string, reactions: readonly Reaction[], heard: Heard): string {
    return `${this.name}: after ${what} expected ${listed(reactions)}, but got ${told(heard)}`;
  }
}

/** An answer under another transaction or unit id answers something else. */
function inEnvelope(heard: Heard, { unit, transactionId }: Envelope, carrier: Carrier): Heard {
  if (heard.kind !== 'answer') return heard;
  const { pdu: bytes, tMs } = heard;
  const wrong = (because: string, statement: string): Heard => ({ kind: 'malformed', because: `${because}, PDU ${hexOf(bytes)}`, statements: [statement], bytes, tMs });
  if (heard.transactionId !== undefined && heard.transactionId !== transactionId) {
    return wrong(`transaction id ${heard.transactionId} answers ${transactionId}`, 'modbus/MB-TCP-MBAP-01');
  }
  if (heard.unit === unit) return heard;
  return wrong(`unit id ${heard.unit} answers unit id ${unit}`, carrier === 'tcp' ? 'modbus/MB-TCP-MBAP-04' : 'modbus/MB-SER-ADR-06');
}

function listed(reactions: readonly Reaction[]): string {
  return reactions.map(({ says }) => says).join(' or ');
}
