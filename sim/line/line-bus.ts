import { rtuTiming, type RtuTiming } from '../../hil/protocols/modbus/rtu-timing.ts';
import type { FineClock, Timer } from '../../hil/runtime/clock.ts';
import type { Random } from '../../hil/runtime/random.ts';
import { hearBurst, type HeardBurst, type Talk } from './hear-burst.ts';
import type { LineCounters } from './line-events.ts';
import type { UartSettings } from './uart.ts';

/** Bytes that may wait in a node's transmit buffer; what exceeds it is lost and counted. */
export const TRANSMIT_BUFFER_BYTES = 4_096;
/** Clocks work in floating point: instants this close count as reached. */
const TOLERANCE_MS = 0.001;

export interface LineBusOptions extends UartSettings {
  /** Bits per second, above 0; a character takes 11 bits. */
  readonly baudRate: number;
  /** Chance of each bit on the wire to be inverted, 0 to 1; default 0. */
  readonly bitErrorRate?: number;
}

export interface BusNodeOptions {
  readonly name: string;
  /** Takes what the node hears; one call for each burst, when its last bit has arrived. */
  readonly receive: (bytes: Uint8Array) => void;
  /** Its adapter does not switch its receiver off while it sends, so it hears itself; default false. */
  readonly echo?: boolean;
}

/** One participant of a line. */
export interface BusNode {
  readonly name: string;
  /** Puts bytes into the node's transmit buffer; they go out one after another as soon as the line lets them. */
  transmit(bytes: Uint8Array): void;
  /** While unplugged it neither hears nor is heard; what it was sending is cut off. */
  setPlugged(isPlugged: boolean): void;
  /** Takes it off for good. */
  detach(): void;
}

/** A two-wire serial line (RS-485) that several nodes share: what one sends, all others hear. */
export interface LineBus {
  attach(options: BusNodeOptions): BusNode;
  /** @param bitErrorRate - 0 to 1, from the next burst on. */
  setNoise(bitErrorRate: number): void;
  counters(): LineCounters;
}

interface NodeState {
  readonly options: BusNodeOptions;
  isPlugged: boolean;
  /** Bytes that wait for the end of a silence. */
  waiting: Uint8Array[];
  waitingBytes: number;
}

/**
 * The line as a pure function of clock, seed and calls.
 *
 * - A character takes 11 bits. What a node sends without a pause is one talk; others hear it when the last bit of the
 *   whole burst would have arrived.
 * - After a burst the line is busy for t3.5 (1.75 ms above 19,200 baud): a node that wants to begin waits for its end.
 *   The node that spoke last may go on within t1.5; later than that its pause spoils its frame and is counted.
 * - A node does not listen before it talks. Who begins while another talks collides: the characters of both are garbled
 *   from the overlap on, as `receiveCharacter` has it.
 * - Noise inverts each bit with `bitErrorRate`, once for all listeners: it is on the wire.
 * @see Modbus over Serial Line V1.02, section 2.4 and 2.5.1.1
 */
export function createLineBus(options: LineBusOptions, deps: LineBusDeps): LineBus {
  return new SharedWire(options, deps);
}

export interface LineBusDeps {
  /** Its fine timers let frames out: one that is a millisecond late is a whole character late at 9,600 baud. */
  readonly clock: FineClock;
  readonly random: Random;
}

class SharedWire implements LineBus {
  readonly #options: LineBusOptions;
  readonly #clock: FineClock;
  readonly #random: Random;
  readonly #timing: RtuTiming;
  readonly #nodes = new Set<NodeState>();
  readonly #counters: LineCounters = { bursts: 0, bytes: 0, collisions: 0, damagedBytes: 0, bitErrors: 0, lostBytes: 0, gaps: 0 };
  #bitErrorRate: number;
  /** What is on the wire; empty while it is silent. */
  #talks: Talk<NodeState>[] = [];
  #lastTalkers: readonly NodeState[] = [];
  #endedMs = -Infinity;
  #burstTimer: Timer | undefined;
  #silenceTimer: Timer | undefined;

  constructor(options: LineBusOptions, { clock, random }: LineBusDeps) {
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#timing = rtuTiming(options.baudRate);
    this.#bitErrorRate = options.bitErrorRate ?? 0;
  }

  attach(options: BusNodeOptions): BusNode {
    const node: NodeState = { options, isPlugged: true, waiting: [], waitingBytes: 0 };
    this.#nodes.add(node);
    return {
      name: options.name,
      transmit: (bytes) => this.#transmit(node, bytes.slice()),
      setPlugged: (isPlugged) => {
        if (!isPlugged) this.#cutOff(node);
        node.isPlugged = isPlugged;
      },
      detach: () => {
        this.#cutOff(node);
        this.#nodes.delete(node);
      },
    };
  }

  setNoise(bitErrorRate: number): void {
    this.#bitErrorRate = bitErrorRate;
  }

  counters(): LineCounters {
    return { ...this.#counters };
  }

  #transmit(node: NodeState, bytes: Uint8Array): void {
    const nowMs = this.#clock.nowMs();
    // A timer of the machine fires late: what is over is over, whatever has been delivered.
    if (this.#talks.length > 0 && nowMs >= this.#burstEndMs() - TOLERANCE_MS) this.#finishBurst();
    if (!node.isPlugged || !this.#nodes.has(node)) this.#counters.lostBytes += bytes.length;
    else if (this.#talks.length > 0 || nowMs >= this.#endedMs + this.#timing.silenceMs - TOLERANCE_MS) this.#say(node, bytes, nowMs);
    else if (this.#lastTalkers.includes(node) && node.waiting.length === 0) this.#goOn(node, bytes, nowMs);
    else this.#wait(node, bytes);
  }

  /** The node that spoke last speaks again within t3.5: for the others that is the same frame, if its pause was short. */
  #goOn(node: NodeState, bytes: Uint8Array, nowMs: number): void {
    if (nowMs - this.#endedMs > this.#timing.characterGapMsMax + TOLERANCE_MS) this.#counters.gaps += 1;
    this.#say(node, bytes, nowMs);
  }

  #wait(node: NodeState, bytes: Uint8Array): void {
    if (node.waitingBytes + bytes.length > TRANSMIT_BUFFER_BYTES) {
      this.#counters.lostBytes += bytes.length;
      return;
    }
    node.waiting.push(bytes);
    node.waitingBytes += bytes.length;
    if (this.#silenceTimer === undefined) this.#awaitSilence();
  }

  #say(node: NodeState, bytes: Uint8Array, startMs: number): void {
    const mine = this.#talks.find((talk) => talk.node === node && this.#talkEndMs(talk) >= startMs - TOLERANCE_MS);
    if ((mine?.bytes.length ?? 0) + bytes.length > TRANSMIT_BUFFER_BYTES) {
      this.#counters.lostBytes += bytes.length;
      return;
    }
    this.#counters.bytes += bytes.length;
    if (mine === undefined) this.#talks.push({ node, startMs, bytes });
    else mine.bytes = joined(mine.bytes, bytes);
    this.#armBurst();
  }

  #armBurst(): void {
    this.#burstTimer?.cancel();
    this.#burstTimer = this.#clock.setFineTimer(Math.max(0, this.#burstEndMs() - this.#clock.nowMs()), () => {
      if (this.#clock.nowMs() < this.#burstEndMs() - TOLERANCE_MS) this.#armBurst();
      else this.#finishBurst();
    });
  }

  #finishBurst(): void {
    this.#burstTimer?.cancel();
    this.#burstTimer = undefined;
    this.#endedMs = this.#burstEndMs();
    const burst = this.#talks;
    this.#talks = [];
    this.#lastTalkers = burst.map(({ node }) => node);
    const heard = this.#hear(burst);
    this.#awaitSilence();
    for (const node of this.#nodes) {
      if (!node.isPlugged) continue;
      const bytes = heard.by(node, node.options.echo ?? false);
      if (bytes.length > 0) node.options.receive(bytes);
    }
  }

  #hear(burst: readonly Talk<NodeState>[]): HeardBurst<NodeState> {
    const counters = this.#counters;
    counters.bursts += 1;
    const burstNumber = counters.bursts;
    const random = (): Random => this.#random.child('burst', burstNumber);
    const heard = hearBurst(burst, { characterMs: this.#timing.characterMs, bitErrorRate: this.#bitErrorRate, uart: this.#options, random });
    counters.bitErrors += heard.bitErrors;
    counters.damagedBytes += heard.damaged;
    if (heard.collided) counters.collisions += 1;
    return heard;
  }

  /** Lets those who wait begin when t3.5 is over. Several begin together, and collide as on a real line. */
  #awaitSilence(): void {
    this.#silenceTimer?.cancel();
    this.#silenceTimer = undefined;
    if (![...this.#nodes].some((node) => node.waiting.length > 0)) return;
    const waitMs = this.#endedMs + this.#timing.silenceMs - this.#clock.nowMs();
    this.#silenceTimer = this.#clock.setFineTimer(Math.max(0, waitMs), () => {
      this.#silenceTimer = undefined;
      const nowMs = this.#clock.nowMs();
      for (const node of this.#nodes) if (node.waiting.length > 0) this.#say(node, this.#takeWaiting(node), nowMs);
    });
  }

  #takeWaiting(node: NodeState): Uint8Array {
    const bytes = node.waiting.reduce(joined);
    node.waiting = [];
    node.waitingBytes = 0;
    return bytes;
  }

  #cutOff(node: NodeState): void {
    this.#counters.lostBytes += node.waitingBytes;
    node.waiting = [];
    node.waitingBytes = 0;
    for (const talk of this.#talks) {
      if (talk.node !== node) continue;
      const sentBytes = Math.max(0, Math.floor((this.#clock.nowMs() - talk.startMs) / this.#timing.characterMs));
      this.#counters.lostBytes += Math.max(0, talk.bytes.length - sentBytes);
      talk.bytes = talk.bytes.subarray(0, sentBytes);
    }
    if (this.#talks.length > 0) this.#armBurst();
  }

  #talkEndMs({ startMs, bytes }: Talk<NodeState>): number {
    return startMs + bytes.length * this.#timing.characterMs;
  }

  #burstEndMs(): number {
    return Math.max(...this.#talks.map((talk) => this.#talkEndMs(talk)));
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
