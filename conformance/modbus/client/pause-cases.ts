import { encodeException } from '../../../hil/protocols/modbus/exception.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { isSame } from '../bench/heard.ts';
import type { Asked, ClientBench } from './client-bench.ts';
import type { ClientPurpose } from './client-purpose.ts';
import { watch, type Watched } from './watch.ts';

const EXCEPTIONS_GIVEN = 6;
/** Below this a usual period says nothing about pauses, milliseconds. */
const PERIOD_MS_MIN = 40;
/** No client whose timeout is meant to be one gives up sooner, milliseconds. */
const TIMEOUT_MS_MIN = 20;
const TIMEOUT_TOLERANCE = 0.8;
const TIMES = 3;
/** How long requests are collected when no response timeout is declared, milliseconds. */
const DEFAULT_COLLECT_MS = 100;
const COLLECTED_MAX = 1_000;

/** When a client asks again, and when it may not. */
export const PAUSE_PURPOSES: readonly ClientPurpose[] = [
  {
    area: 'EXCEPTION',
    number: 1,
    statements: ['MB-APP-EXC-08'],
    purpose: 'After exception 05 or 06 the client asks again later, not at once',
    caughtBy: 'retries-busy-at-once',
    run: (bench) => expectPause(bench, [6, 5], bench.declared.busyPauseMs),
  },
  {
    area: 'EXCEPTION',
    number: 2,
    statements: ['MB-APP-EXC-10'],
    purpose: 'Exceptions 01, 02 and 03 are not answered with blind retries',
    caughtBy: 'retries-refusals-at-once',
    run: (bench) => expectPause(bench, [1, 2, 3], undefined),
  },
  {
    area: 'TIMEOUT',
    number: 1,
    statements: ['MB-APP-GEN-06'],
    level: 'should',
    purpose: 'The wait for an answer is bounded: a client that gets none goes on, or ends the connection',
    caughtBy: 'waits-for-ever',
    run: async (bench) => {
      await bench.connected();
      await bench.serve(await bench.nextAsked());
      await bench.nextAsked();
      bench.wire.note(`nothing is answered any more; within ${bench.declared.patienceMs} ms the client has to do something`);
      // What was under way with the unanswered request is no reaction to the silence.
      let events = 0;
      const untilMs = bench.wire.nowMs() + bench.declared.patienceMs;
      for (let event = await bench.next(TIMEOUT_MS_MIN); event.kind !== 'silence'; event = await bench.next(TIMEOUT_MS_MIN)) {
        events += 1;
        if (event.kind === 'closed' || events > bench.declared.outstandingMax) return;
      }
      const event = await bench.next(Math.max(1, untilMs - bench.wire.nowMs()));
      if (event.kind === 'silence') failCase(`the client does nothing for ${bench.declared.patienceMs} ms after a request that got no answer`);
    },
  },
  {
    area: 'TIMEOUT',
    number: 2,
    statements: ['MB-TCP-CNF-02'],
    on: 'tcp',
    purpose: 'An unanswered request is not repeated before the configured response timeout',
    requires: ['RESPONSE_TIMEOUT', '!PIPELINE'],
    caughtBy: 'retries-early',
    run: (bench) => expectWait(bench, (held, asked) => isSame(held.pdu, asked.pdu) && held.unit === asked.unit, bench.declared.responseTimeoutMs ?? 0),
  },
  {
    area: 'SERIAL',
    number: 2,
    statements: ['MB-SER-ADR-02', 'MB-SER-MST-01'],
    on: 'serial',
    purpose: 'One request is outstanding at a time: the next one waits for the answer or the response timeout',
    caughtBy: 'sends-two-at-once',
    run: (bench) => expectWait(bench, () => true, bench.declared.responseTimeoutMs ?? TIMEOUT_MS_MIN / TIMEOUT_TOLERANCE),
  },
  {
    area: 'SERIAL',
    number: 3,
    statements: ['MB-SER-MST-03'],
    level: 'should',
    on: 'serial',
    purpose: 'At 9600 bit/s the response timeout is one second or more',
    requires: ['TYPICAL_RATE'],
    caughtBy: 'sends-two-at-once',
    run: async (bench) => {
      if (bench.declared.baudRate !== 9_600) inconclusiveCase(`the line runs at ${bench.declared.baudRate} bit/s, and the recommendation is for 9600`);
      await expectWait(bench, () => true, 1_000);
    },
  },
  {
    area: 'SERIAL',
    number: 4,
    statements: ['MB-SER-MST-01'],
    on: 'serial',
    purpose: 'An unanswered request is repeated no more often than configured before another device is asked',
    requires: ['RETRIES'],
    caughtBy: 'retries-for-ever',
    run: expectBoundedRetries,
  },
  {
    area: 'SERIAL',
    number: 5,
    statements: ['MB-SER-MST-02'],
    on: 'serial',
    purpose: 'After a broadcast the client waits its turnaround delay before the next request',
    requires: ['TRIGGER_BROADCAST'],
    caughtBy: 'skips-turnaround',
    run: async (bench) => {
      const { frames } = await watch(bench);
      const { turnaroundMs } = bench.declared;
      let judged = 0;
      frames.forEach((frame, index) => {
        const next = frames[index + 1];
        if (frame.asked?.unit !== 0 || next === undefined) return;
        judged += 1;
        if (next.tMs - frame.tMs < TIMEOUT_TOLERANCE * turnaroundMs) failCase(`a request came ${(next.tMs - frame.tMs).toFixed(1)} ms after a broadcast; the turnaround delay is ${turnaroundMs} ms`);
      });
      if (judged === 0) inconclusiveCase('the client sent no broadcast with a request after it');
    },
  },
  {
    area: 'PIPELINE',
    number: 2,
    statements: ['MB-TCP-PIPE-06'],
    on: 'tcp',
    purpose: 'No more requests are outstanding on a connection than the client declares (16 by default)',
    caughtBy: 'has-no-outstanding-limit',
    run: async (bench) => {
      const held = await outstanding(bench);
      if (held.length > bench.declared.outstandingMax) failCase(`${held.length} requests were outstanding, ${bench.declared.outstandingMax} are declared`);
    },
  },
  {
    area: 'PIPELINE',
    number: 3,
    statements: ['MB-TCP-PIPE-03'],
    on: 'tcp',
    purpose: 'No two outstanding transactions of a connection share a transaction id',
    requires: ['PIPELINE'],
    caughtBy: 'repeats-transaction-id',
    run: async (bench) => {
      const held = await outstanding(bench);
      if (held.length < 2) inconclusiveCase('the client never had two requests outstanding');
      const ids = held.map(({ transactionId }) => transactionId);
      if (new Set(ids).size < ids.length) failCase(`the outstanding requests have the transaction ids ${ids.join(', ')}`);
    },
  },
];

/**
 * Answers one request with exceptions, whenever it comes, and judges how soon it comes again. A client that asks at once
 * most of the time is at fault; a poll that happens to be due is none.
 */
async function expectPause(bench: ClientBench, codes: readonly number[], declaredMs: number | undefined): Promise<void> {
  const target = rarest(await watch(bench));
  const leastMs = declaredMs === undefined ? target.periodMs / 2 : TIMEOUT_TOLERANCE * declaredMs;
  if (declaredMs === undefined && target.periodMs < PERIOD_MS_MIN) inconclusiveCase(`the client asks for the same every ${target.periodMs.toFixed(0)} ms anyway; the PIXIT value busyPauseMs says what pause to expect`);
  bench.wire.note(`exceptions ${codes.join(', ')} in turn; the usual period of the request is ${target.periodMs.toFixed(0)} ms, sooner than ${leastMs.toFixed(0)} ms is at once`);
  let given = 0;
  let early = 0;
  let lastMs: number | undefined;
  await bench.connected();
  await bench.serveUntil(bench.declared.patienceMs, () => given > EXCEPTIONS_GIVEN, async (asked) => {
    if (given > EXCEPTIONS_GIVEN || asked.unit !== target.unit || !isSame(asked.pdu, target.pdu)) return 'serve';
    if (lastMs !== undefined && asked.tMs - lastMs < leastMs) early += 1;
    lastMs = asked.tMs;
    await bench.sendBytes(bench.frame(asked, encodeException(asked.pdu[0] ?? 0, codes[given % codes.length] ?? 6)));
    given += 1;
    return 'done';
  });
  if (given <= EXCEPTIONS_GIVEN / 2) inconclusiveCase(`the client asked for the same only ${given} times in ${bench.declared.patienceMs} ms`);
  if (early * 2 >= given) failCase(`after ${given} exceptions the same request came ${early} times sooner than ${leastMs.toFixed(0)} ms`);
}

interface Target extends Pick<Asked, 'unit' | 'pdu'> {
  /** Shortest time between two of it while all went well, milliseconds. */
  readonly periodMs: number;
}

/** The request that comes with the longest shortest period: the best to see pauses with. */
function rarest({ frames }: Watched): Target {
  const byRequest = new Map<string, { readonly asked: Asked; lastMs: number; periodMs: number }>();
  for (const { asked } of frames) {
    if (asked === undefined || asked.unit === 0) continue;
    const key = `${asked.unit} ${Buffer.from(asked.pdu).toString('hex')}`;
    const known = byRequest.get(key);
    if (known === undefined) byRequest.set(key, { asked, lastMs: asked.tMs, periodMs: Infinity });
    else {
      known.periodMs = Math.min(known.periodMs, asked.tMs - known.lastMs);
      known.lastMs = asked.tMs;
    }
  }
  const repeated = [...byRequest.values()].filter(({ periodMs }) => periodMs < Infinity).toSorted((a, b) => b.periodMs - a.periodMs);
  const [first] = repeated;
  if (first === undefined) return inconclusiveCase('the client asked for nothing twice');
  return { unit: first.asked.unit, pdu: first.asked.pdu, periodMs: first.periodMs };
}

/** Leaves a request unanswered, again and again; the next one that counts must not come before the timeout. */
async function expectWait(bench: ClientBench, counts: (held: Asked, asked: Asked) => boolean, timeoutMs: number): Promise<void> {
  const leastMs = TIMEOUT_TOLERANCE * timeoutMs;
  await bench.connected();
  await bench.serve(await bench.nextAsked());
  let early = 0;
  let judged = 0;
  for (let time = 0; time < TIMES; time += 1) {
    const held = await bench.nextAsked();
    bench.wire.note('this request gets no answer');
    const asked = await nextThatCounts(bench, held, counts);
    if (asked.connection === held.connection) judged += 1;
    if (asked.connection === held.connection && asked.tMs - held.tMs < leastMs) early += 1;
    await bench.serve(asked);
    await bench.serveFor(Math.min(timeoutMs, 200));
  }
  if (judged === 0) inconclusiveCase('the client ended the connection each time that it got no answer');
  if (early * 2 > judged) failCase(`${early} of ${judged} times a request came sooner than ${leastMs.toFixed(0)} ms after an unanswered one`);
}

async function nextThatCounts(bench: ClientBench, held: Asked, counts: (held: Asked, asked: Asked) => boolean): Promise<Asked> {
  for (;;) {
    const asked = await bench.nextAsked();
    if (asked.connection !== held.connection || counts(held, asked)) return asked;
    await bench.serve(asked);
  }
}

/** The first device falls silent; how often is the same request repeated before another device has its turn? */
async function expectBoundedRetries(bench: ClientBench): Promise<void> {
  const { units, retries = 0, patienceMs } = bench.declared;
  const [silent = 1] = units;
  if (units.length < 2) inconclusiveCase('the PIXIT value units names one device only, so that no other one can have its turn');
  let held: Asked | undefined;
  let repeated = 0;
  let turns = 0;
  await bench.connected();
  bench.wire.note(`unit ${silent} does not answer; ${retries} repetitions are declared`);
  await bench.serveUntil(patienceMs, () => turns >= TIMES, async (asked) => {
    if (asked.unit !== silent) {
      if (held !== undefined) turns += 1;
      held = undefined;
      return 'serve';
    }
    repeated = held !== undefined && isSame(held.pdu, asked.pdu) ? repeated + 1 : 0;
    held = asked;
    if (repeated > retries) failCase(`unit ${silent} is silent, and was asked the same ${repeated + 1} times in a row; ${retries} repetitions are declared`);
    return 'done';
  });
  if (turns === 0) inconclusiveCase('the client asked no other device');
}

/** Requests that the client sends while none is answered, within most of its timeout. */
async function outstanding(bench: ClientBench): Promise<readonly Asked[]> {
  const { responseTimeoutMs } = bench.declared;
  const collectMs = responseTimeoutMs === undefined ? DEFAULT_COLLECT_MS : responseTimeoutMs / 2;
  await bench.connected();
  await bench.serve(await bench.nextAsked());
  let most: readonly Asked[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const first = await bench.nextAsked();
    const held = [first];
    bench.wire.note(`nothing is answered for ${collectMs} ms`);
    for (let event = await bench.next(collectMs); event.kind === 'asked' && event.tMs - first.tMs < collectMs && held.length < COLLECTED_MAX; event = await bench.next(collectMs)) held.push(event);
    if (held.length > most.length) most = held;
    for (const asked of held) if (asked.connection === bench.connections) await bench.serve(asked);
  }
  return most;
}
