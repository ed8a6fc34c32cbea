import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { reads, type ClientBench } from './client-bench.ts';
import type { ClientPurpose } from './client-purpose.ts';
import { expectCalm, lookFor, needShown, observedAddress, observedTable } from './unmoved.ts';

const ENDINGS = 3;
const REFUSED_TIMES = 5;
/** Sooner is no pause at all, milliseconds. */
const PAUSE_MS_MIN = 5;

/** What a client does when its connection ends. */
export const CONNECTION_PURPOSES: readonly ClientPurpose[] = [
  {
    area: 'CONNECTION',
    number: 2,
    statements: ['MB-TCP-CONN-06'],
    on: 'tcp',
    requires: ['KEEPS_CONNECTION'],
    purpose: 'A client whose connection the server closes opens another one and goes on',
    caughtBy: 'stays-away-after-close',
    run: (bench) => expectReturn(bench, 'fin'),
  },
  {
    area: 'CONNECTION',
    number: 3,
    statements: ['MB-TCP-CONN-06'],
    on: 'tcp',
    requires: ['KEEPS_CONNECTION'],
    purpose: 'A client whose connection is cut while it waits for an answer opens another one and goes on',
    caughtBy: 'stays-away-after-cut',
    run: (bench) => expectReturn(bench, 'reset'),
  },
  {
    area: 'CONNECTION',
    number: 4,
    statements: ['MB-TCP-CONN-06', 'MB-TCP-MBAP-05'],
    on: 'tcp',
    requires: ['KEEPS_CONNECTION', 'OBSERVE_POINT'],
    purpose: 'An answer that the end of the connection cuts off is not taken',
    caughtBy: 'takes-half-answers',
    run: expectHalfDropped,
  },
  {
    area: 'CONNECTION',
    number: 5,
    statements: ['MB-TCP-CONN-06'],
    level: 'info',
    on: 'tcp',
    requires: ['KEEPS_CONNECTION'],
    purpose: 'A client that is turned away each time pauses before it comes again',
    caughtBy: 'reconnects-without-pause',
    run: expectPauses,
  },
];

async function expectReturn(bench: ClientBench, how: 'fin' | 'reset'): Promise<void> {
  await bench.connected();
  for (let time = 0; time < ENDINGS; time += 1) {
    const asked = await bench.nextAsked();
    if (how === 'fin') await bench.serve(asked);
    await bench.close(how);
    if (!(await bench.comes())) failCase(`the client does not come back within ${bench.declared.connectWaitMs} ms after the server ended the connection`);
  }
  await bench.serve(await bench.nextAsked());
}

async function expectHalfDropped(bench: ClientBench): Promise<void> {
  const table = observedTable(bench);
  const address = observedAddress(bench, table);
  const values = await needShown(bench, table);
  const says = 'an answer that was cut off';
  const look = lookFor(bench, table, values, says);
  let given = 0;
  await bench.serveUntil(bench.declared.patienceMs, async () => (await look()) || given >= ENDINGS, async (asked) => {
    if (given >= ENDINGS || !reads(asked, table, address)) return 'serve';
    given += 1;
    const frame = bench.frame(asked, bench.plc.with(table, address, values.poison).answer(asked.pdu));
    await bench.sendBytes(frame.subarray(0, frame.length - 1));
    await bench.close('fin');
    await bench.connected();
    return 'done';
  });
  if (given === 0) inconclusiveCase('the client did not ask for the observed point');
  await expectCalm(bench, table, values, look, { says });
}

async function expectPauses(bench: ClientBench): Promise<void> {
  await bench.connected();
  await bench.serve(await bench.nextAsked());
  let soon = 0;
  for (let time = 0; time < REFUSED_TIMES; time += 1) {
    const endedMs = bench.wire.nowMs();
    await bench.close('reset');
    if (!(await bench.comes())) inconclusiveCase(`the client does not come back within ${bench.declared.connectWaitMs} ms`);
    if (bench.wire.nowMs() - endedMs < PAUSE_MS_MIN) soon += 1;
  }
  if (soon === REFUSED_TIMES) failCase(`turned away ${REFUSED_TIMES} times, the client came back within ${PAUSE_MS_MIN} ms each time`);
}
