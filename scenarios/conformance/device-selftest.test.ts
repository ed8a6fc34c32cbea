import { expect, test } from 'vitest';
import { runSelftest } from '../../conformance/framework/selftest.ts';
import { suiteCoverage } from '../../conformance/framework/coverage.ts';
import { DEVICE_SUITE } from '../../conformance/mqtt/device/device-suite.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { DEVICE_DEFECTS } from '../../sim/mqtt-defects/device/device-defects.ts';
import { deviceSelftestDeclaration, deviceSelftestRig } from './device-selftest-rig.ts';

/** Cases of every kind; all of them are proven by `conformance selftest mqtt-device` in the nightly job. */
const SAMPLE = ['CONNECT_006', 'PUBLISH_004', 'RECEIVE_001', 'SEND_005', 'RESUME_001', 'BROKEN_003', 'DISCONNECT_001', 'TLS_002'];
const chosen = process.env['FP_DEVICE_CASES']?.split(',') ?? SAMPLE;

test('each case passes on the good device and fails on its defect', { timeout: 600_000 }, async () => {
  const random = randomFromSeed(1);
  const cases = DEVICE_SUITE.cases.filter(({ id }) => chosen.some((part) => id.includes(part)));
  const variants = [{ name: 'usual', ...deviceSelftestDeclaration(DEVICE_SUITE) }];
  const rows = await runSelftest(DEVICE_SUITE, deviceSelftestRig(realClock, random), { cases, variants, everyCase: false, defectsAtOnce: 4 }, {
    clock: realClock,
    random,
    record: () => undefined,
  });
  expect(rows.filter(({ proven }) => !proven).map(({ id, caughtBy, onReference, onDefect }) => ({ id, caughtBy, onReference, onDefect }))).toEqual([]);
  expect(rows).toHaveLength(cases.length);
});

test('every case has a defect that there is, and every defect a case', () => {
  const defects = DEVICE_DEFECTS.map(({ id }) => id);
  expect(DEVICE_SUITE.cases.filter(({ caughtBy }) => !defects.includes(caughtBy)).map(({ id }) => id)).toEqual([]);
  expect(defects.filter((id) => !DEVICE_SUITE.cases.some(({ caughtBy }) => caughtBy === id))).toEqual([]);
});

test('every statement that binds a client is accounted for', () => {
  const open = suiteCoverage(DEVICE_SUITE).filter(({ state }) => state.kind === 'not-covered');
  expect(open.map(({ key }) => key)).toEqual([]);
});
