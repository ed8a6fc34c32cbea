import { describe, expect, test } from 'vitest';
import { runSelftest, selectForSelftest } from '../../conformance/framework/selftest.ts';
import { MODBUS_SERVER_SUITE as SUITE } from '../../conformance/modbus/modbus-server-suite.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { MODBUS_DEFECTS } from '../../sim/plc/defects/modbus-defects.ts';
import { modbusSelftestRig, modbusSelftestVariants } from './modbus-selftest-rig.ts';

const VARIANTS = modbusSelftestVariants(SUITE);

test('each case has a defect, and each defect a case', () => {
  const named = new Set(SUITE.cases.map(({ caughtBy }) => caughtBy));
  expect([...named].toSorted()).toEqual(MODBUS_DEFECTS.map(({ id }) => id).toSorted());
});

test('each case applies to one of the reference devices', () => {
  const { excluded } = selectForSelftest(SUITE, VARIANTS, []);
  expect(excluded).toEqual([]);
});

describe.each(VARIANTS.slice(0, 3))('on $name', (variant) => {
  test('a sample of the cases passes on the good server and fails on its defect', { timeout: 120_000 }, async () => {
    const { selected } = selectForSelftest(SUITE, [variant], []);
    const cases = selected.filter((_test, index) => index % 4 === 0);
    const deps = { clock: realClock, random: randomFromSeed(7), record: () => undefined };
    const rows = await runSelftest(SUITE, modbusSelftestRig(realClock), { cases, variants: [variant], everyCase: false, defectsAtOnce: 8 }, deps);
    expect(rows.filter(({ proven }) => !proven)).toEqual([]);
    expect(rows.length).toBe(cases.length);
  });
});
