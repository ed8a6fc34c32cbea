/** What an emulated serial line observes. Counters are totals since the line began; they only grow. */
export interface LineEvents {
  /** Each 250 ms and at every change that a person or a scenario makes. */
  'line.sample': { [counter in keyof LineCounters]: number };
  'line.unplugged': { node: string };
  'line.plugged': { node: string; path: string };
}

export interface LineCounters {
  /** Stretches of characters between two silences, as the wire carried them. */
  bursts: number;
  /** Characters that were sent. */
  bytes: number;
  /** Bursts in which two nodes talked at once. */
  collisions: number;
  /** Characters that were dropped, replaced or altered on their way, by collision or by noise. */
  damagedBytes: number;
  /** Bits that noise inverted. */
  bitErrors: number;
  /** Bytes that a node sent while it was unplugged, or faster than its transmit buffer could take. */
  lostBytes: number;
  /** Pauses longer than t1.5 inside what one node sent, which make a receiver give the frame up. */
  gaps: number;
}
