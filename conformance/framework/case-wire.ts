import type { JsonValue } from '../../hil/runtime/observation.ts';

/** What came next on a connection. `tMs`: when it arrived, milliseconds since the case began. */
export type WireEvent =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array; readonly tMs: number }
  /** The SUT closed the connection (`fin`) or cut it (`reset`); `rest`: bytes before that which are no whole frame. */
  | { readonly kind: 'closed'; readonly how: 'fin' | 'reset'; readonly rest: Uint8Array; readonly tMs: number }
  /** Nothing within the time given. */
  | { readonly kind: 'silence'; readonly waitedMs: number; readonly tMs: number };

/**
 * Everything that a test case does to the world and everything it learns from it. A live wire records each call with
 * its result; the same case over a replaying wire gives the same verdict, which is how a verdict is recomputed from
 * evidence. So a case must be a function of what the wire says: no clock, no randomness, nothing else from outside.
 *
 * Connections are named by the case (`a`, `subscriber`). Bytes of a connection arrive in order, whole frames at a time.
 */
export interface CaseWire {
  /** Dials the SUT. @param target - One of the suite's addresses; the first by default. */
  open(connection: string, target?: string): Promise<'open' | 'refused'>;
  /** Waits until the SUT dials us: suites whose SUT is a client. */
  accept(connection: string, waitMs: number): Promise<'open' | 'silence'>;
  /** @returns False when the connection was closed already: what it says is still to be read with `next`. */
  send(connection: string, bytes: Uint8Array): Promise<boolean>;
  /** The next frame, or that the connection ended (again at every later call), or that nothing came. */
  next(connection: string, waitMs: number): Promise<WireEvent>;
  /** Ends the connection from our side, in good order or by a cut. */
  close(connection: string, how: 'fin' | 'reset'): Promise<void>;
  /** Lets time pass. */
  pause(ms: number): Promise<void>;
  /** Something beside the connections that the suite knows how to do: restart the SUT, ask the operator, switch power. */
  act(action: string, params: { readonly [key: string]: JsonValue }): Promise<JsonValue>;
  /**
   * A stretch that several cases of a run have in common, by name: the first one does it on the SUT, the others are given
   * what it got, and carry the same steps as their evidence. `script` has to leave no connection open that it needs later,
   * and may use nothing but its wire and what all these cases share.
   */
  shared<Result>(name: string, script: (wire: CaseWire) => Promise<Result>): Promise<Result>;
  /** Milliseconds since the case began, recorded like everything else. */
  nowMs(): number;
  /** A line for the reader of the evidence: what is asked for, what is expected. */
  note(text: string): void;
}

/** Cuts the bytes of one connection into frames. One for each connection, because it remembers what is unfinished. */
export interface FrameCutter {
  /** Takes bytes. @returns The frames that are whole now, in order. A frame that cannot be cut is given as it is. */
  push(chunk: Uint8Array): readonly Uint8Array[];
  /** The unfinished rest, taken out. */
  takeRest(): Uint8Array;
  /** Silence, milliseconds, after which the rest is a frame (serial lines); undefined: never. */
  readonly quietMs?: number;
}
