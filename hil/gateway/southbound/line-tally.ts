/** Running totals of one line since the gateway started; they only grow and survive reconnects. */
export interface LineTally {
  /** Turns of devices taken, whatever came of them. */
  polls: number;
  /** Requests sent, repetitions and writes included. */
  requests: number;
  timeouts: number;
  exceptions: number;
  corrupt: number;
  /** Frames and stretches of bytes that answered no outstanding request and were dropped. */
  late: number;
  /** Turns skipped because the line was still busy when they were due. */
  overruns: number;
}

export function newTally(): LineTally {
  return { polls: 0, requests: 0, timeouts: 0, exceptions: 0, corrupt: 0, late: 0, overruns: 0 };
}

/** The sum of several tallies, as a new one. */
export function sumOfTallies(tallies: readonly LineTally[]): LineTally {
  const sum = newTally();
  for (const tally of tallies) {
    sum.polls += tally.polls;
    sum.requests += tally.requests;
    sum.timeouts += tally.timeouts;
    sum.exceptions += tally.exceptions;
    sum.corrupt += tally.corrupt;
    sum.late += tally.late;
    sum.overruns += tally.overruns;
  }
  return sum;
}
