/** A process that reads every PLC of the farm once a second. */
export interface Poller {
  readonly pid: number;
  /** What it says itself has gone wrong so far; undefined for one that does not count. */
  readonly failures?: () => Promise<PollFailures>;
  stop(): Promise<void>;
}

export interface PollFailures {
  /** Turns skipped because the last one was not over. */
  readonly overruns: number;
  /** Requests that got no answer, or a wrong one. */
  readonly failed: number;
}
