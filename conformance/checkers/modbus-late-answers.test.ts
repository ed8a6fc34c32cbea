import { expect, test } from 'vitest';
import { judged, runFrame, type Line } from './hand-made-history.contract.ts';
import { modbusLateAnswers } from './modbus-late-answers.ts';

const late = (t: number, line: string, answers: number, gateway = 'edge'): Line => [t, gateway, 'southbound.late', { line, answers }];
const connected = (line: string, gateway = 'edge'): Line => [100, gateway, 'southbound.connected', { line }];
const phase: readonly Line[] = [
  [2_000, 'runner', 'phase.started', { phase: 'disrupt' }],
  [4_000, 'runner', 'phase.ended', { phase: 'disrupt' }],
];
const lines: readonly Line[] = [...runFrame(9_000, 9_500), ...phase, connected('pumps-1'), connected('line-a', 'cloud'), late(1_000, 'pumps-1', 2), late(3_000, 'pumps-1', 3), late(3_500, 'line-a', 4, 'cloud')];

test.each([
  [{ max: 9, min: 9 }, 'pass'],
  [{ max: 8 }, 'fail'],
  [{ min: 10 }, 'fail'],
  [{ group: 'pumps', max: 5, min: 5 }, 'pass'],
  [{ group: 'pumps', max: 4 }, 'fail'],
  [{ group: 'line-a', max: 4, min: 4 }, 'pass'],
  [{ gateway: 'cloud', max: 4, min: 4 }, 'pass'],
  [{ group: 'pumps', gateway: 'cloud', max: 0 }, 'inconclusive'],
  [{ during: 'disrupt', max: 7, min: 7 }, 'pass'],
  [{ group: 'pumps', during: 'disrupt', sometimes: true }, 'pass'],
  [{ during: 'elsewhere', max: 0 }, 'inconclusive'],
  [{}, 'inconclusive'],
] as const)('nine late answers against %j: %s', (params, verdict) => {
  expect(judged(modbusLateAnswers, [...lines], params).verdict).toBe(verdict);
});

test('none is a pass of max 0, and a fail of sometimes', () => {
  const none = lines.filter(([, , type]) => type !== 'southbound.late');
  expect(judged(modbusLateAnswers, none, { max: 0 })).toMatchObject({ verdict: 'pass', figures: { lateAnswers: 0 } });
  expect(judged(modbusLateAnswers, none, { sometimes: true }).verdict).toBe('fail');
});

test('nothing is proven when no line was ever open, or the run was cut short', () => {
  expect(judged(modbusLateAnswers, runFrame(9_000, 9_500), { max: 0 }).verdict).toBe('inconclusive');
  const cut = lines.filter(([, , type]) => type !== 'run.quiesced');
  expect(judged(modbusLateAnswers, cut, { max: 100 }).verdict).toBe('inconclusive');
});
