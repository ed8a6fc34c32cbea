import { expect, test } from 'vitest';
import { runSelftest } from '../../conformance/framework/selftest.ts';
import { CLIENT_SUITE } from '../../conformance/modbus/client/client-suite.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { CLIENT_DEFECTS } from '../../sim/plc/defects/client/client-defects.ts';
import { clientSelftestRig, clientSelftestVariants } from './client-selftest-rig.ts';

/** Cases of every kind; all of them are proven by `conformance selftest modbus-client` in the nightly job. */
const SAMPLE = ['CLIENT_FC03_011', 'CLIENT_MBAP_003', 'CLIENT_ANSWER_004', 'CLIENT_FC06_011'];

test('each case passes on the good client and fails on its defect', { timeout: 300_000 }, async () => {
  const cases = CLIENT_SUITE.cases.filter(({ id }) => SAMPLE.some((part) => id.includes(part)));
  const rows = await runSelftest(CLIENT_SUITE, clientSelftestRig(realClock), { cases, variants: clientSelftestVariants(CLIENT_SUITE), everyCase: false, defectsAtOnce: 4 }, {
    clock: realClock,
    random: randomFromSeed(1),
    record: () => undefined,
  });
  expect(rows.filter(({ proven }) => !proven).map(({ id, caughtBy, onReference, onDefect }) => ({ id, caughtBy, onReference, onDefect }))).toEqual([]);
  expect(rows).toHaveLength(cases.length);
});

test('every case has its defect, and no id stands twice', () => {
  const defects = new Set(CLIENT_DEFECTS.map(({ id }) => id));
  expect(CLIENT_SUITE.cases.filter(({ caughtBy }) => !defects.has(caughtBy)).map(({ id }) => id)).toEqual([]);
  expect(new Set(CLIENT_SUITE.cases.map(({ id }) => id)).size).toBe(CLIENT_SUITE.cases.length);
  expect(defects.size).toBe(CLIENT_DEFECTS.length);
});
