import { expect, test } from 'vitest';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { LINE_PIXIT, lineCase, lineSuite, say } from './line-suite.contract.ts';
import { completePics } from './pics.ts';
import { runSelftest, selectForSelftest, type SelftestRig, type SelftestSut, type SelftestVariant } from './selftest.ts';

const ITEMS = [{ name: 'ECHO', question: '', byDefault: true, source: '' }, { name: 'LOUD', question: '', byDefault: false, source: '' }];
const VARIANTS: readonly SelftestVariant[] = [
  { name: 'usual', pics: completePics(ITEMS, {}), pixit: LINE_PIXIT },
  { name: 'mute', pics: completePics(ITEMS, { ECHO: false }), pixit: LINE_PIXIT },
];

const CASES: readonly ConformanceCase[] = [
  lineCase('TP_1', (wire) => say(wire, 'ping'), { caughtBy: 'says-nonsense' }),
  lineCase('TP_2', (wire) => say(wire, 'ping'), { requires: ['!ECHO'], caughtBy: 'says-nonsense' }),
  lineCase('TP_3', (wire) => say(wire, 'ping'), { caughtBy: 'does-nothing-wrong' }),
  lineCase('TP_4', (wire) => say(wire, 'ping'), { requires: ['LOUD'] }),
  lineCase('TP_5', (wire) => say(wire, 'ping'), { caughtBy: 'is-not-there' }),
];

/** A rig of servers of lines. `started`: what was asked for. */
function lineRig(): SelftestRig & { readonly started: string[] } {
  const started: string[] = [];
  return {
    started,
    defects: ['says-nonsense', 'does-nothing-wrong'],
    start: async (defect, variant) => {
      started.push(`${variant}: ${defect ?? 'good'}`);
      const answer = Buffer.from(defect === 'says-nonsense' ? 'nonsense\n' : 'pong\n');
      const dial: SelftestSut['dial'] = async () => {
        const { a, b } = memoryLinkPair();
        b.onBytes(() => void b.send(answer));
        return a;
      };
      return { dial, accept: async () => undefined, act: async () => null, stop: async () => undefined };
    },
  };
}

const deps = { clock: realClock, random: randomFromSeed(1), record: () => undefined };
const options = { variants: VARIANTS, everyCase: false, defectsAtOnce: 2 };

test('each case runs in the first variant in which it applies, on the good SUT and on its defect', async () => {
  const rig = lineRig();
  const rows = await runSelftest(lineSuite(CASES), rig, { ...options, cases: CASES }, deps);
  expect(rows.map(({ id, variant, proven }) => [id, variant, proven])).toEqual([
    ['TP_1', 'usual', true],
    ['TP_2', 'mute', true],
    ['TP_3', 'usual', false],
    ['TP_5', 'usual', false],
  ]);
  expect(rows[3]?.onDefect).toEqual({ verdict: 'none', because: 'there is no defect is-not-there' });
  expect(rig.started.toSorted()).toEqual(['mute: good', 'mute: says-nonsense', 'usual: does-nothing-wrong', 'usual: good', 'usual: says-nonsense']);
});

test('a case that applies in no variant is excluded, with the reason of the first one', () => {
  expect(selectForSelftest(lineSuite(CASES), VARIANTS, [])).toMatchObject({ excluded: [{ id: 'TP_4', reason: 'LOUD is not declared' }] });
  expect(selectForSelftest(lineSuite(CASES), VARIANTS, []).selected).toHaveLength(4);
});

test('with everyCase a defect is shown to all cases of its variant', async () => {
  const rows = await runSelftest(lineSuite(CASES), lineRig(), { ...options, cases: CASES, everyCase: true }, deps);
  expect(rows.find(({ id }) => id === 'TP_1')?.noticedBy).toEqual(['TP_3', 'TP_5']);
  expect(rows.find(({ id }) => id === 'TP_2')?.noticedBy).toEqual([]);
});
