import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { percentile } from '../statistics.ts';
import { openLoadConnection, type LoadConnection } from './load-connection.ts';

export interface ClosedLoopOptions {
  readonly port: number;
  readonly connections: number;
  /** Holding registers from address 0 on, 1 to 125. */
  readonly registers: number;
  readonly durationMs: number;
}

export interface ClosedLoopResult {
  readonly transactions: number;
  readonly elapsedMs: number;
  /** Median round trip, milliseconds. */
  readonly p50Ms: number;
}

/** Samples kept for the median; enough for five seconds at 20,000 transactions a second. */
const SAMPLES_MAX = 100_000;
const GRACE_MS = 500;

/**
 * Reads as fast as the server answers: each connection sends its next request when its last was answered.
 * @throws FieldproofError FP_INTERNAL when the server gives a wrong answer or closes a connection.
 */
export async function closedLoop({ port, connections, registers, durationMs }: ClosedLoopOptions, clock: Clock): Promise<ClosedLoopResult> {
  const roundTripsMs: number[] = [];
  const asks: (() => void)[] = [];
  const open: LoadConnection[] = [];
  let transactions = 0;
  let isOver = false;
  let idle = 0;
  const failures: string[] = [];
  try {
    for (let index = 0; index < connections; index += 1) {
      let askedMs = 0;
      const onAnswer = (): void => {
        const nowMs = clock.nowMs();
        transactions += 1;
        if (roundTripsMs.length < SAMPLES_MAX) roundTripsMs.push(nowMs - askedMs);
        askedMs = nowMs;
        if (isOver) idle += 1;
        else connection.ask();
      };
      const connection = await openLoadConnection({ host: '127.0.0.1', port, registers, onAnswer, onFailure: (because) => void failures.push(because) });
      open.push(connection);
      asks.push(() => {
        askedMs = clock.nowMs();
        connection.ask();
      });
    }
    const startMs = clock.nowMs();
    for (const ask of asks) ask();
    await sleep(clock, durationMs);
    isOver = true;
    const elapsedMs = clock.nowMs() - startMs;
    // Servers that do not expect a reset in the middle of an answer get no reset.
    const allIdle = (): boolean => idle >= connections;
    for (let waitedMs = 0; waitedMs < GRACE_MS && !allIdle(); waitedMs += 5) await sleep(clock, 5);
    const [failure] = failures;
    if (failure !== undefined) throw new FieldproofError('FP_INTERNAL', `port ${port}: ${failure}`);
    return { transactions, elapsedMs, p50Ms: percentile(roundTripsMs, 0.5) };
  } finally {
    for (const connection of open) connection.destroy();
  }
}
