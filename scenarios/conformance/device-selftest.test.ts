import { expect, test } from 'vitest';
import { runSelftest } from '../../conformance/framework/selftest.ts';
import { DEVICE_SUITE } from '../../conformance/mqtt/device/device-suite.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
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
