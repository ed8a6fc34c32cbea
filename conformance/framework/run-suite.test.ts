import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConformanceCase } from './conformance-case.ts';
import { rejudgeCase } from './judge-case.ts';
import { LINE_PICS, LINE_PIXIT, lineCase, lineDeps, LineServer, lineSuite, say } from './line-suite.contract.ts';
import { caseContext, runSuite, type SuiteRun } from './run-suite.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';

let server: LineServer;
beforeEach(async () => {
  server = new LineServer();
  await server.start();
});
afterEach(() => server.stop());

const good = lineCase('good', (wire) => say(wire, 'ping'));
const misbehaves = lineCase('misbehaves', (wire) => say(wire, 'wrong'));
const kills = lineCase('kills', (wire) => say(wire, 'die'));
const hangs = lineCase('hangs', (wire) => say(wire, 'hang'));
const options = { pics: LINE_PICS, pixit: LINE_PIXIT };

async function run(cases: readonly ConformanceCase[], parallel = 1): Promise<SuiteRun> {
  return runSuite(lineSuite(cases), { ...options, cases, parallel }, lineDeps(server));
}

function outcomes({ executed }: SuiteRun): Record<string, string> {
  return Object.fromEntries(executed.map(({ result }) => [result.id, `${result.verdict} ${result.cause}`]));
}

describe('four different results', () => {
  test('a SUT that misbehaves fails, and the run goes on', async () => {
    expect(outcomes(await run([misbehaves, good]))).toEqual({ misbehaves: 'fail misbehaved', good: 'pass none' });
  });

  test('a SUT that dies fails, and what could not be run is inconclusive', async () => {
    const outcome = await run([kills, good]);
    expect(outcomes(outcome)).toEqual({ kills: 'fail sut-died', good: 'inconclusive not-run' });
    expect(outcome.findings).toEqual(['the SUT died while kills ran']);
  });

  test('a SUT that hangs fails as such', async () => {
    expect(outcomes(await run([hangs, good]))).toEqual({ hangs: 'fail sut-hung', good: 'inconclusive not-run' });
  });

  test('a tester that dies is an error, and says nothing of the SUT', async () => {
    const broken = lineCase('broken', async () => {
      throw new TypeError('undefined is not a function');
    });
    const outcome = await run([broken, good]);
    expect(outcomes(outcome)).toEqual({ broken: 'error tester-died', good: 'pass none' });
    expect(outcome.executed[0]?.result.because).toContain('undefined is not a function');
  });

  test('a tester that hangs is an error', async () => {
    const stuck = lineCase('stuck', () => new Promise<void>(() => undefined), { timeLimitMs: 50 });
    expect(outcomes(await run([stuck, good]))).toEqual({ stuck: 'error tester-hung', good: 'pass none' });
  });
});

describe('blame among cases that ran side by side', () => {
  const patient = lineCase('patient', async (wire) => {
    await wire.pause(100);
    await say(wire, 'ping');
  });

  test('falls on the one that does it again when the SUT comes back', async () => {
    server.revivesAfterMs = 50;
    const outcome = await run([patient, kills, good], 3);
    expect(outcomes(outcome)).toEqual({ patient: 'pass none', kills: 'fail sut-died', good: 'pass none' });
    expect(outcome.executed.find(({ result }) => result.id === 'kills')?.result.attempts).toBe(2);
  });

  test('falls on nobody when it does not', async () => {
    expect(outcomes(await run([patient, kills], 2))).toEqual({ patient: 'inconclusive sut-died', kills: 'inconclusive sut-died' });
  });
});

test('a SUT that is not there: nothing was tested', async () => {
  await server.stop();
  const outcome = await run([good]);
  expect(outcome).toMatchObject({ unreachable: true, executed: [] });
  await server.start();
});

test('an interrupted run keeps what it has', async () => {
  const abort = new AbortController();
  const deps = { ...lineDeps(server), signal: abort.signal, progress: () => abort.abort() };
  const outcome = await runSuite(lineSuite([good, misbehaves]), { ...options, cases: [good, misbehaves], parallel: 1 }, deps);
  expect(outcome.interrupted).toBe(true);
  expect(outcome.executed).toHaveLength(1);
});

test('cases marked alone run after the others, one by one', async () => {
  const order: string[] = [];
  const noting = (id: string, alone: boolean): ConformanceCase =>
    lineCase(id, async (wire) => {
      order.push(`${id} begins`);
      await wire.pause(20);
      order.push(`${id} ends`);
    }, { alone });
  await run([noting('x', true), noting('y', true), noting('z', false)], 8);
  expect(order).toEqual(['z begins', 'z ends', 'x begins', 'x ends', 'y begins', 'y ends']);
});

describe('judging again from the evidence', () => {
  test.each([good, misbehaves])('gives the same verdict: $id', async (one) => {
    const deps = lineDeps(server);
    const { executed } = await runSuite(lineSuite([one]), { ...options, cases: [one] }, deps);
    const context = caseContext(one.id, randomFromSeed(1), options);
    const again = await rejudgeCase(one, deps.evidence.get(one.id) ?? [], context);
    expect(again).toMatchObject({ verdict: executed[0]?.result.verdict, because: executed[0]?.result.because });
  });

  test('evidence that was changed gives another verdict, or is refused', async () => {
    const deps = lineDeps(server);
    await runSuite(lineSuite([good]), { ...options, cases: [good] }, deps);
    const steps = deps.evidence.get('good') ?? [];
    const context = caseContext('good', randomFromSeed(1), options);
    const forged = steps.map((step) => (step.op === 'frame' ? { ...step, hex: '00' } : step));
    expect(await rejudgeCase(good, forged, context)).toMatchObject({ verdict: 'fail' });
    const otherStimulus = steps.map((step) => (step.op === 'send' ? { ...step, hex: '00' } : step));
    expect(await rejudgeCase(good, otherStimulus, context)).toMatchObject({ verdict: 'error' });
    expect(await rejudgeCase(good, steps.slice(0, -1), context)).toMatchObject({ verdict: 'error' });
    expect(await rejudgeCase(good, [...steps, ...steps], context)).toMatchObject({ verdict: 'error' });
  });
});
