import { expect, test } from 'vitest';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Observation } from '../../hil/runtime/observation.ts';
import { createManualClock } from '../../sim/world/manual-clock.ts';
import { createRunLog } from './run-log.ts';

const FULL_DISK = {
  append: (): never => {
    throw new FieldproofError('FP_LIMIT', 'no space left on device');
  },
};

test('machine time becomes time since the start, for the journal and for listeners', () => {
  const clock = createManualClock({ startMs: 5_000 });
  const stored: Observation[] = [];
  const heard: Observation[] = [];
  const log = createRunLog({ append: (observation) => void stored.push(observation) }, clock, () => {});
  const stop = log.listen((observation) => void heard.push(observation));
  log.record({ t: 5_250, source: 'edge', type: 'uplink.lost', data: {} });
  clock.advance(400);
  log.note('phase.started', { phase: 'steady' });
  stop();
  log.note('phase.ended', { phase: 'steady' });
  expect(stored.map(({ t, source }) => [t, source])).toEqual([
    [250, 'edge'],
    [400, 'runner'],
    [400, 'runner'],
  ]);
  expect(heard).toHaveLength(2);
});

test('a journal that cannot be written is said once, and never throws into an event handler', () => {
  const failures: unknown[] = [];
  const log = createRunLog(FULL_DISK, createManualClock(), (thrown) => void failures.push(thrown));
  log.note('phase.started', { phase: 'a' });
  log.note('phase.ended', { phase: 'a' });
  expect(failures).toHaveLength(1);
});
