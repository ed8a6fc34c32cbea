import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { isSame } from '../bench/heard.ts';
import { encodeFrame } from '../bench/modbus-frame.ts';
import { reads, type Asked, type ClientBench } from './client-bench.ts';
import type { ClientPurpose } from './client-purpose.ts';
import { expectCalm, lookFor, needShown, observedAddress, observedTable, shows } from './unmoved.ts';

const LATE_TIMES = 3;
/** Between a late answer and the next one on a serial line, milliseconds. */
const LINE_PAUSE_MS = 60;
const PIECES = 8;
const PIECE_PAUSE_MS = 3;
/** Odd answers after which a client that understood them would show their value. */
const ODD_ANSWERS_MIN = 3;

/** Answers that come too late, in pieces, together or out of turn. */
export const LATE_PURPOSES: readonly ClientPurpose[] = [
  {
    area: 'LATE',
    number: 1,
    statements: ['MB-TCP-PIPE-04', 'MB-TCP-PIPE-02'],
    on: 'tcp',
    purpose: 'A late answer does not complete the request that is outstanding by then',
    requires: ['OBSERVE_POINT', 'RESPONSE_TIMEOUT'],
    caughtBy: 'takes-late-answers',
    run: (bench) => expectLateDropped(bench, (held, asked) => asked.transactionId !== held.transactionId && isGivenUp(bench, held, asked)),
  },
  {
    area: 'LATE',
    number: 2,
    statements: ['MB-SER-MST-04'],
    on: 'serial',
    purpose: 'A late answer is not taken for the answer to another request',
    requires: ['OBSERVE_POINT'],
    caughtBy: 'takes-late-answers',
    run: (bench) => expectLateDropped(bench, (held, asked) => isAnsweredOtherwise(bench, held, asked)),
  },
  {
    area: 'SEGMENT',
    number: 1,
    statements: ['MB-TCP-FRM-01'],
    on: 'tcp',
    purpose: 'An answer that arrives in several segments is put together by its length',
    requires: ['OBSERVE_POINT'],
    caughtBy: 'takes-segments-for-frames',
    run: (bench) => expectTaken(bench, 'answers in several segments', async (_asked, frame) => sendInPieces(bench, frame)),
  },
  {
    area: 'SEGMENT',
    number: 2,
    statements: ['MB-TCP-PIPE-04', 'MB-TCP-FRM-01'],
    on: 'tcp',
    purpose: 'A stray answer in front of the right one, in the same segment, is dropped, and the right one is taken',
    requires: ['OBSERVE_POINT'],
    caughtBy: 'takes-segments-for-frames',
    run: (bench) =>
      expectTaken(bench, 'answers behind a stray one in the same segment', async (asked, frame) => {
        const stray = bench.frame({ unit: asked.unit, transactionId: (asked.transactionId + 0x4000) & 0xffff }, Uint8Array.of((asked.pdu[0] ?? 0) | 0x80, 4));
        await bench.sendBytes(Uint8Array.of(...stray, ...frame));
      }),
  },
  {
    area: 'PIPELINE',
    number: 1,
    statements: ['MB-TCP-PIPE-02'],
    on: 'tcp',
    purpose: 'Answers to requests that are outstanding together are matched by transaction id in any order',
    requires: ['OBSERVE_POINT', 'PIPELINE'],
    caughtBy: 'matches-in-order',
    run: expectAnyOrder,
  },
];

/** A request is given up when its declared timeout is over for sure; until then a client may have several outstanding. */
function isGivenUp({ declared }: ClientBench, held: Asked, asked: Asked): boolean {
  const { responseTimeoutMs } = declared;
  return responseTimeoutMs !== undefined && asked.tMs - held.tMs > 1.5 * responseTimeoutMs + 50;
}

/** Serial answers name no request: only one that cannot be the answer to the new request is told apart by every client. */
function isAnsweredOtherwise({ plc }: ClientBench, held: Asked, asked: Asked): boolean {
  const [late, due] = [plc.with('coils', 0, 0).answer(held.pdu), plc.with('coils', 0, 0).answer(asked.pdu)];
  return held.unit !== asked.unit || late[0] !== due[0] || late.length !== due.length;
}

/** Holds back the answers to the observed point until the client asks on, and gives them then. */
async function expectLateDropped(bench: ClientBench, isLate: (held: Asked, asked: Asked) => boolean): Promise<void> {
  const table = observedTable(bench);
  const address = observedAddress(bench, table);
  const values = await needShown(bench, table);
  const says = 'a late answer';
  const look = lookFor(bench, table, values, says);
  let given = 0;
  let held: Asked | undefined;
  bench.wire.note(`${LATE_TIMES} answers for the observed point come when the client has asked on`);
  await bench.serveUntil(bench.declared.patienceMs, async () => (await look()) || given >= LATE_TIMES, async (asked) => {
    if (given >= LATE_TIMES) return 'serve';
    if (held !== undefined && held.connection === asked.connection && isLate(held, asked)) {
      await bench.sendBytes(encodeFrame(bench.carrier, held, bench.plc.with(table, address, values.poison).answer(held.pdu)));
      if (bench.isSerial) await bench.wire.pause(LINE_PAUSE_MS);
      held = undefined;
      given += 1;
      return 'serve';
    }
    if (held === undefined && reads(asked, table, address)) {
      held = asked;
      return 'done';
    }
    // A serial client that repeats itself waits for the same answer: it gets none before it asks for something else.
    return bench.isSerial && held !== undefined && isSame(held.pdu, asked.pdu) && held.unit === asked.unit ? 'done' : 'serve';
  });
  if (given === 0) inconclusiveCase('the client sent no request after an unanswered one that a late answer could be mistaken for');
  await expectCalm(bench, table, values, look, { says });
}

/** Gives good answers with a new value in an unusual way; the value has to show. */
async function expectTaken(bench: ClientBench, says: string, send: (asked: Asked, frame: Uint8Array) => Promise<void>): Promise<void> {
  const table = observedTable(bench);
  const address = observedAddress(bench, table);
  const values = await needShown(bench, table);
  bench.plc.set(table, address, values.second);
  let given = 0;
  bench.wire.note(`from now on ${says}`);
  const isShown = await shows(bench, table, values.second, async (asked) => {
    if (!reads(asked, table, address)) return 'serve';
    given += 1;
    await send(asked, bench.frame(asked, bench.plc.answer(asked.pdu)));
    return 'done';
  });
  if (isShown) return;
  if (given < ODD_ANSWERS_MIN) inconclusiveCase(`the client asked for the observed point only ${given} times in ${bench.declared.observeWithinMs} ms`);
  failCase(`after ${given} ${says} the client does not show their value ${values.second}`);
}

async function sendInPieces(bench: ClientBench, frame: Uint8Array): Promise<void> {
  const size = Math.max(1, Math.ceil(frame.length / PIECES));
  for (let start = 0; start < frame.length; start += size) {
    await bench.sendBytes(frame.subarray(start, start + size));
    await bench.wire.pause(PIECE_PAUSE_MS);
  }
}

/** How long requests are collected before they are answered, milliseconds. */
const COLLECTED_MS = 30;

/** Collects requests, and answers what is there from the last to the first. */
async function expectAnyOrder(bench: ClientBench): Promise<void> {
  const table = observedTable(bench);
  const values = await needShown(bench, table);
  const address = observedAddress(bench, table);
  const says = 'answers in reverse order';
  const look = lookFor(bench, table, values, says);
  let reversed = 0;
  bench.wire.note('requests that are outstanding together are answered from the last to the first');
  const untilMs = bench.wire.nowMs() + bench.declared.patienceMs;
  while (reversed < ODD_ANSWERS_MIN && bench.wire.nowMs() < untilMs) {
    const asked = [await bench.nextAsked()];
    for (let event = await bench.next(COLLECTED_MS); event.kind === 'asked' && asked.length < bench.declared.outstandingMax; event = await bench.next(COLLECTED_MS)) asked.push(event);
    if (asked.length > 1 && asked.some((one) => reads(one, table, address))) reversed += 1;
    for (const one of asked.toReversed()) if (one.connection === bench.connections) await bench.serve(one);
    await look();
  }
  if (reversed === 0) inconclusiveCase('the client never had two requests outstanding, one of them for the observed point; without pipelining declare PIPELINE: false');
  await expectCalm(bench, table, values, look, { says });
}
