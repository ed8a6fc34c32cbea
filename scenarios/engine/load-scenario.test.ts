import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { catalogNames } from './catalog.ts';
import { loadScenario } from './load-scenario.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-load-'));
  writeFileSync(join(folder, 'edge.yaml'), 'id: edge\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOUND = `name: sound
description: One gateway and one PLC.
topology:
  gateways: [{ id: edge, config: edge.yaml }]
  plcs:
    - { group: pumps, profile: pump-station, count: 1, transport: modbus-tcp, gateway: edge }
phases: [{ name: steady, for: 5s }]
checks:
  - that: telemetry.complete
`;

function failure(text: string): FieldproofError {
  const file = join(folder, 'case.yaml');
  writeFileSync(file, text);
  try {
    loadScenario(file);
  } catch (thrown) {
    if (thrown instanceof FieldproofError) return thrown;
    throw thrown;
  }
  throw new Error('the file was accepted');
}

test.each(catalogNames())('%s of the catalogue is sound', (name) => {
  expect(loadScenario(name).scenario.checks.length).toBeGreaterThan(0);
});

test('a sound file loads, with defaults filled in', () => {
  const file = join(folder, 'sound.yaml');
  writeFileSync(file, SOUND);
  const { scenario, sha256, name } = loadScenario(file);
  expect(scenario.topology.plcs[0]?.pollEvery).toBe(1_000);
  expect(scenario.clock).toBe('real');
  expect(sha256).toMatch(/^[0-9a-f]{64}$/u);
  expect(name).toBe(file);
});

describe('a broken file is refused with line, key, what was expected and the nearest key', () => {
  test('unknown key', () => {
    const error = failure(SOUND.replace('phases:', 'phasse:'));
    expect(error).toMatchObject({ code: 'FP_SCHEMA' });
    expect(error.message).toContain('did you mean "phases"?');
  });
  test('unknown key deep inside', () => {
    const error = failure(SOUND.replace('count: 1', 'cuont: 1'));
    expect(error).toMatchObject({ code: 'FP_SCHEMA', place: { line: 6, key: 'topology.plcs.0.cuont' } });
    expect(error.message).toContain('did you mean "count"?');
  });
  test('unknown check', () => {
    const error = failure(SOUND.replace('telemetry.complete', 'telemetry.complet'));
    expect(error).toMatchObject({ code: 'FP_SCHEMA', place: { line: 9 } });
    expect(error.message).toContain('did you mean "telemetry.complete"?');
  });
  test('unknown parameter of a fault', () => {
    const error = failure(
      `${SOUND.replace('phases:', "  links: [{ id: up, between: [edge, far] }]\nphases:").replace('[{ id: edge, config: edge.yaml }]', '[{ id: edge, config: edge.yaml }, { id: far, config: edge.yaml }]')}faults:\n  - { at: steady, on: up, kind: latency, mss: 5ms }\n`,
    );
    expect(error).toMatchObject({ code: 'FP_SCHEMA', place: { line: 12 } });
    expect(error.message).toMatch(/mss/u);
  });
  test('a duration without a unit', () => {
    const error = failure(SOUND.replace('for: 5s', 'for: 5'));
    expect(error).toMatchObject({ code: 'FP_SCHEMA', place: { line: 7 } });
    expect(error.message).toContain('duration');
  });
  test('no check at all', () => {
    expect(failure(SOUND.replace('checks:\n  - that: telemetry.complete', 'checks: []')).message).toContain('proves nothing');
  });
  test('a name that leads nowhere', () => {
    const error = failure(SOUND.replace('gateway: edge }', 'gateway: egde }'));
    expect(error).toMatchObject({ code: 'FP_SCENARIO_REFERENCE', place: { line: 6, key: 'topology.plcs.0.gateway' } });
    expect(error.message).toContain('did you mean "edge"?');
  });
  test('an unknown profile', () => {
    expect(failure(SOUND.replace('pump-station', 'pump-sation')).message).toContain('pump-station');
  });
  test('count on a serial line', () => {
    expect(failure(SOUND.replace('modbus-tcp', 'modbus-rtu')).message).toContain('"units"');
  });
  test.each([
    ['ASCII needs units', ['modbus-tcp', 'modbus-ascii'], 'modbus-ascii needs "units"', 'topology.plcs.0'],
    ['neither profile nor recording', ['profile: pump-station, ', ''], 'needs "profile" or "recording"', 'topology.plcs.0'],
    ['both', ['profile: pump-station', 'profile: pump-station, recording: x.ndjson'], 'exclude each other', 'topology.plcs.0.recording'],
    ['a recording that is not there', ['profile: pump-station', 'recording: gone.ndjson'], 'cannot read', 'topology.plcs.0.recording'],
    ['a recording that is none', ['profile: pump-station', 'recording: edge.yaml'], 'this is no recording header', 'topology.plcs.0.recording'],
    ['atEnd without recording', ['profile: pump-station', 'profile: pump-station, atEnd: hold'], '"atEnd" goes with "recording"', 'topology.plcs.0.atEnd'],
    ['a function code that is none', ['count: 1', 'count: 1, functionCodes: [3, 9]'], 'public function codes: 1, 2, 3', 'topology.plcs.0.functionCodes.1'],
    ['a function code twice', ['count: 1', 'count: 1, functionCodes: [3, 4, 3]'], 'function code 3 is given twice', 'topology.plcs.0.functionCodes.2'],
    ['no function code', ['count: 1', 'count: 1, functionCodes: []'], '', 'topology.plcs.0.functionCodes'],
  ])('%s', (_what, [from = '', to = ''], words, key) => {
    const error = failure(SOUND.replace(from, to));
    expect(error.message).toContain(words);
    expect(error).toMatchObject({ place: { line: 6, key } });
  });
  test('a gateway configuration that is not there', () => {
    expect(failure(SOUND.replace('edge.yaml', 'gone.yaml'))).toMatchObject({ code: 'FP_SCENARIO_REFERENCE', place: { line: 4 } });
  });
  test('more processes than a run may start', () => {
    const groups = Array.from({ length: 64 }, (_group, index) => `    - { group: g${index}, profile: pump-station, count: 1, transport: modbus-tcp, gateway: edge }`);
    const error = failure(SOUND.replace('phases:', `${groups.slice(0, 63).join('\n')}\nphases:`));
    expect(error).toMatchObject({ code: 'FP_SCENARIO_REFERENCE', place: { key: 'topology' } });
    expect(error.message).toContain('66 processes; at most 64');
  });
  test('no YAML at all', () => {
    expect(failure('name: [')).toMatchObject({ code: 'FP_YAML_SYNTAX' });
  });
});

test('an unknown name lists the catalogue and the nearest', () => {
  expect(() => loadScenario('flagshipp')).toThrowError(expect.objectContaining({ code: 'FP_SCENARIO_UNKNOWN', message: expect.stringContaining('did you mean "flagship"?') }));
});
