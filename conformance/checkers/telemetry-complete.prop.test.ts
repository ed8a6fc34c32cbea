import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { judged } from './hand-made-history.contract.ts';
import { flawlessReports, pointFacts, telemetryJournal, type MadeDevice, type MadeReport } from './hand-made-telemetry.contract.ts';
import { telemetryComplete } from './telemetry-complete.ts';

const analog = fc.record({
  facts: fc.record({ deadband: fc.constantFrom(0, 0.5, 2), maxSilenceMs: fc.constantFrom(0, 3_000) }).map((facts) => pointFacts({ name: 'level', ...facts })),
  // Steps of one resolution around few values: values come again, which is what makes explaining reports ambiguous.
  values: fc.array(fc.integer({ min: 0, max: 30 }).map((steps) => Math.round(steps) / 10), { minLength: 8, maxLength: 40 }),
});
const digital = fc.record({
  facts: fc.constantFrom(0, 2_000).map((maxSilenceMs) => pointFacts({ name: 'running', resolution: 0, maxSilenceMs })),
  values: fc.array(fc.boolean(), { minLength: 8, maxLength: 40 }),
});
const devices = fc.tuple(analog, digital).map((points): MadeDevice[] => [{ device: 'pumps-1', points }]);

function reportsOf(made: readonly MadeDevice[]): MadeReport[] {
  return made.flatMap(flawlessReports).toSorted((a, b) => a.arrivedMs - b.arrivedMs);
}

test('a flawless gateway passes, whether or not it tells what it published', () => {
  fc.assert(
    fc.property(devices, fc.boolean(), (made, tells) => {
      const reports = reportsOf(made);
      expect(judged(telemetryComplete, telemetryJournal(made, tells ? reports : [], reports), {})).toMatchObject({ verdict: 'pass' });
    }),
    replay(),
  );
});

test('redelivery at QoS 1 of any reports, at any later time, still passes', () => {
  fc.assert(
    fc.property(devices, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 900 })), { maxLength: 5 }), (made, picks) => {
      const reports = reportsOf(made);
      const again = picks.flatMap(([pick, laterMs]) => reports.slice(pick % reports.length, (pick % reports.length) + 1).map((report) => ({ ...report, arrivedMs: report.arrivedMs + laterMs })));
      expect(judged(telemetryComplete, telemetryJournal(made, reports, [...reports, ...again]), {})).toMatchObject({ verdict: 'pass', figures: { redelivered: again.length } });
    }),
    replay(),
  );
});

interface Planted {
  readonly published: readonly MadeReport[];
  readonly received: readonly MadeReport[];
}

interface Plant {
  readonly figure: string;
  /** True when the violation leaves a trace at this report, whatever the other values are. */
  readonly fits: (reports: readonly MadeReport[], victim: MadeReport) => boolean;
  readonly plant: (reports: readonly MadeReport[], victim: MadeReport) => Planted;
}

const always = (): boolean => true;
const sibling = (reports: readonly MadeReport[], { point, n }: MadeReport, step: number): MadeReport | undefined => reports.find((report) => report.point === point && report.n === n + step);

const PLANTS: Readonly<Record<string, Plant>> = {
  'a lost sample': { figure: 'lost', fits: always, plant: (reports, victim) => ({ published: reports, received: reports.filter((report) => report !== victim) }) },
  'an altered value': {
    figure: 'altered',
    fits: always,
    plant: (reports, victim) => ({ published: reports, received: reports.map((report) => (report === victim ? { ...report, v: typeof report.v === 'number' ? 77.7 : 'true' } : report)) }),
  },
  'a duplicate at QoS 2': {
    figure: 'duplicates',
    fits: always,
    plant: (reports, victim) => ({ published: reports, received: [...reports, { ...victim, qos: 2, arrivedMs: victim.arrivedMs + 3 }] }),
  },
  'two samples in the wrong order': {
    figure: 'outOfOrder',
    fits: (reports, victim) => sibling(reports, victim, 1) !== undefined,
    plant: (reports, victim) => {
      const nextMs = sibling(reports, victim, 1)?.arrivedMs ?? 0;
      return { published: reports, received: reports.map((report) => (report === victim ? { ...report, arrivedMs: nextMs + 1 } : report)) };
    },
  },
  'a change that was never reported': {
    figure: 'skipped',
    // A report that broke the silence alone is not missed, and one whose value is reported later may just be late.
    fits: (reports, victim) => {
      const others = [sibling(reports, victim, -1), ...reports.filter(({ point, n }) => point === victim.point && n > victim.n)];
      return others.every((other) => other === undefined || (typeof victim.v === 'number' ? Math.abs(victim.v - Number(other.v)) > 2.06 : victim.v !== other.v));
    },
    plant: (reports, victim) => {
      const rest = reports.filter((report) => report !== victim).map((report) => (report.point === victim.point && report.n > victim.n ? { ...report, n: report.n - 1 } : report));
      return { published: rest, received: rest };
    },
  },
};

test.each(Object.entries(PLANTS))('any single planted violation is found: %s', (_, { figure, fits, plant }) => {
  fc.assert(
    fc.property(devices, fc.nat(), (made, pick) => {
      const reports = reportsOf(made);
      const victims = reports.filter((report) => fits(reports, report));
      const victim = victims[pick % victims.length];
      fc.pre(victim !== undefined);
      const { published, received } = plant(reports, victim);
      const judgement = judged(telemetryComplete, telemetryJournal(made, published, received), {});
      expect(judgement.verdict).toBe('fail');
      expect(judgement.figures[figure]).toBeGreaterThan(0);
    }),
    replay(),
  );
});
