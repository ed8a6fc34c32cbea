import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { reportByException } from './report-by-exception.ts';

const steps = fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 5_000 }), value: fc.double({ min: -1_000, max: 1_000, noNaN: true }) }), { minLength: 1 });
const deadbands = fc.constantFrom(0, 0.5, 10, 300);
const silences = fc.constantFrom(0, 100, 3_000, 20_000);

test('at every poll the last reported value is within the deadband of the polled one', () => {
  fc.assert(
    fc.property(steps, deadbands, silences, (polls, deadband, maxSilenceMs) => {
      const rbe = reportByException({ deadband, maxSilenceMs });
      let reported = Number.NaN;
      let nowMs = 0;
      for (const { afterMs, value } of polls) {
        nowMs += afterMs;
        if (rbe.offer(value, nowMs) !== undefined) reported = value;
        expect(Math.abs(reported - value)).toBeLessThanOrEqual(deadband);
      }
    }),
    replay(),
  );
});

test('silence never outlasts its bound at a poll, and reports are numbered without gaps', () => {
  fc.assert(
    fc.property(steps, deadbands, silences, (polls, deadband, maxSilenceMs) => {
      const rbe = reportByException({ deadband, maxSilenceMs });
      let lastReportMs = 0;
      let nowMs = 0;
      let count = 0;
      for (const { afterMs, value } of polls) {
        nowMs += afterMs;
        const n = rbe.offer(value, nowMs);
        if (n !== undefined) {
          count += 1;
          lastReportMs = nowMs;
          expect(n).toBe(count);
        }
        if (maxSilenceMs > 0) expect(nowMs - lastReportMs).toBeLessThan(maxSilenceMs);
      }
    }),
    replay(),
  );
});

test('without a bound on silence a value inside the deadband is never reported again', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { maxLength: 30 }), (values) => {
      const rbe = reportByException({ deadband: 5, maxSilenceMs: 0 });
      expect(rbe.offer(0, 0)).toBe(1);
      values.forEach((value, index) => expect(rbe.offer(value, index)).toBeUndefined());
    }),
    replay(),
  );
});
