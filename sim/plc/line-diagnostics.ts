import { ASCII_LINE_FEED } from '../../hil/protocols/modbus/ascii.ts';
import { EventLog } from './event-log.ts';

/** Bits of an event byte of a received message (section 6.10); bit 7 marks it as one. */
const RECEIVED = { mark: 0x80, checkError: 0x02, overrun: 0x10, listenOnly: 0x20, broadcast: 0x40 } as const;
/** Bits of an event byte of a message that was dealt with; bit 6 marks it as one. */
const FINISHED = { mark: 0x40, listenOnly: 0x20 } as const;
/** What each exception code sets beside it: exceptions 1 to 3, abort, busy, NAK. */
const FINISHED_BY_EXCEPTION: ReadonlyMap<number, number> = new Map([[1, 0x01], [2, 0x01], [3, 0x01], [4, 0x02], [5, 0x04], [6, 0x04], [7, 0x08]]);
const LISTEN_ONLY_ENTERED = 0x04;
const RESTARTED = 0x00;

const NEGATIVE_ACKNOWLEDGE = 7;
const BUSY = 6;
/** Bits of our diagnostic register, which the standard leaves to the device: something was lost or spoilt since it was cleared. */
const REGISTER = { overrun: 0x0001, checkError: 0x0002 } as const;

/** Sub-functions 11 to 18 in this order, and the event counter of FC 11. */
const COUNTERS = ['messages', 'checkErrors', 'exceptions', 'own', 'unanswered', 'naks', 'busies', 'overruns', 'events'] as const;
type Counter = (typeof COUNTERS)[number];

/** What a message that was received ended with. */
export interface Finished {
  /** 0 when it was carried out. */
  readonly exceptionCode: number;
  /** An answer went out. */
  readonly isAnswered: boolean;
  /** A message that the event counter does not count, although it was carried out. */
  readonly isUncounted?: boolean;
}

/**
 * What one server knows of the traffic on its line: the counters of diagnostics (FC 08), event counter (FC 11) and event log
 * (FC 12), and whether it only listens. Counters have 16 bits and wrap around. All start at zero.
 * @see MODBUS Application Protocol V1.1b3, sections 6.8 to 6.10; Modbus over Serial Line V1.02, section 6.1
 */
export class LineDiagnostics {
  readonly #log = new EventLog();
  readonly #counts: Record<Counter, number> = {
    messages: 0,
    checkErrors: 0,
    exceptions: 0,
    own: 0,
    unanswered: 0,
    naks: 0,
    busies: 0,
    overruns: 0,
    events: 0,
  };
  #register = 0;
  #isListenOnly = false;
  #endCharacter = ASCII_LINE_FEED;

  /**
   * Messages seen on the line, those that were no frame, exceptions, messages for this server, those left unanswered, NAK and
   * busy exceptions, character overruns; and messages carried out. Each 0 to 65535.
   */
  get counts(): Readonly<Record<Counter, number>> {
    return this.#counts;
  }

  /** Bit 0: a character overrun, bit 1: a communication error, since it was cleared. */
  get register(): number {
    return this.#register;
  }

  get isListenOnly(): boolean {
    return this.#isListenOnly;
  }

  /** What ends an ASCII frame. */
  get endCharacter(): number {
    return this.#endCharacter;
  }

  /** At most 64, the newest first. */
  events(): Uint8Array {
    return this.#log.events();
  }

  /** A message for another server passed by. */
  overheard(): void {
    this.#count('messages');
  }

  /** Bytes that are no frame, or characters that were lost because they came too fast. */
  disturbed(what: 'check-error' | 'overrun'): void {
    this.#count('checkErrors');
    this.#register |= REGISTER.checkError;
    if (what === 'overrun') {
      this.#count('overruns');
      this.#register |= REGISTER.overrun;
    }
    this.#log.push(RECEIVED.mark | RECEIVED.checkError | (what === 'overrun' ? RECEIVED.overrun : 0) | this.#listening(RECEIVED.listenOnly));
  }

  /** A message for this server, or for all, before it is dealt with. */
  received(isBroadcast: boolean): void {
    this.#count('messages');
    this.#count('own');
    this.#log.push(RECEIVED.mark | (isBroadcast ? RECEIVED.broadcast : 0) | this.#listening(RECEIVED.listenOnly));
  }

  /** The message received last is dealt with; a broadcast that would have been refused counts as an exception too. */
  finished({ exceptionCode, isAnswered, isUncounted = false }: Finished): void {
    if (!isAnswered) this.#count('unanswered');
    if (exceptionCode !== 0) this.#count('exceptions');
    else if (!isUncounted) this.#count('events');
    if (exceptionCode === NEGATIVE_ACKNOWLEDGE) this.#count('naks');
    if (exceptionCode === BUSY) this.#count('busies');
    this.#log.push(FINISHED.mark | (FINISHED_BY_EXCEPTION.get(exceptionCode) ?? 0) | this.#listening(FINISHED.listenOnly));
  }

  /** Sub-function 1: counters to zero, out of listen-only mode. @param clearLog - Its data was FF00. */
  restart(clearLog: boolean): void {
    this.#clearCounts();
    this.#isListenOnly = false;
    if (clearLog) this.#log.clear();
    this.#log.push(RESTARTED);
  }

  /** Sub-function 4. */
  listenOnly(): void {
    this.#isListenOnly = true;
    this.#log.push(LISTEN_ONLY_ENTERED);
  }

  /** Sub-function 10: all counters and the register. */
  clearCounters(): void {
    this.#clearCounts();
    this.#register = 0;
  }

  /** Sub-function 20: the overrun counter and its flag. */
  clearOverruns(): void {
    this.#counts.overruns = 0;
    this.#register &= ~REGISTER.overrun;
  }

  /** Sub-function 3. */
  setEndCharacter(character: number): void {
    this.#endCharacter = character;
  }

  #count(what: Counter): void {
    this.#counts[what] = (this.#counts[what] + 1) & 0xffff;
  }

  #clearCounts(): void {
    for (const counter of COUNTERS) this.#counts[counter] = 0;
  }

  #listening(bit: number): number {
    return this.#isListenOnly ? bit : 0;
  }
}
