import { expect, test } from 'vitest';
import type { CaptureMode } from './capture-mode.ts';
import { planCapture, type CapturePlan } from './capture-plan.ts';
import { scenarioSchema } from './scenario-schema.ts';

const SCENARIO = scenarioSchema.parse({
  name: 'x',
  description: 'x',
  topology: {
    gateways: [{ id: 'edge', config: 'edge.yaml' }, { id: 'cloud', config: 'edge.yaml' }],
    plcs: [
      { group: 'pumps', profile: 'pump-station', count: 2, transport: 'modbus-tcp', gateway: 'edge' },
      { group: 'line-a', profile: 'motor-drive', units: [1], transport: 'modbus-rtu', gateway: 'edge' },
    ],
    real: [{ dut: 'bench-pump', gateway: 'edge' }],
    links: [{ id: 'uplink', between: ['edge', 'cloud'] }],
  },
  phases: [{ name: 'steady', for: '1s' }],
  checks: [{ that: 'gateway.alive' }],
});

function plan(mode: CaptureMode): CapturePlan {
  return planCapture(SCENARIO, { mode, limits: { bytesMax: 9_000_000, packetsMax: 9_000 } }, '/run/parts', 123.5);
}

function valueOf(words: readonly string[], flag: string): string | undefined {
  return words[words.indexOf(flag) + 1];
}

test('by default faulted links, serial lines and the lines of real devices are captured', () => {
  const { parts, argsFor } = plan('links');
  expect([...parts.keys()].toSorted()).toEqual(['edge', 'line-a', 'uplink']);
  expect(argsFor('pumps')).toEqual([]);
  expect(valueOf(argsFor('edge'), '--capture-only')).toBe('bench-pump');
  expect(valueOf(argsFor('uplink'), '--capture')).toBe('/run/parts/uplink.pcapng');
});

test('all: Modbus/TCP and the brokers too', () => {
  const { parts, argsFor } = plan('all');
  expect([...parts.keys()].toSorted()).toEqual(['cloud', 'edge', 'line-a', 'pumps', 'uplink']);
  expect(valueOf(argsFor('edge'), '--capture-only')).toBe('mqtt,bench-pump');
  expect(valueOf(argsFor('cloud'), '--capture-only')).toBe('mqtt');
});

test('off: nothing', () => {
  expect(plan('off').parts.size).toBe(0);
  expect(plan('off').argsFor('uplink')).toEqual([]);
});

test('the parts together stay below the limits, and have one time base', () => {
  const { parts, argsFor } = plan('all');
  const all = [...parts.keys()].map((id) => argsFor(id));
  const sum = (flag: string): number => all.reduce((total, words) => total + Number.parseInt(valueOf(words, flag) ?? '', 10), 0);
  expect(sum('--capture-limit')).toBeLessThan(9_000_000);
  expect(sum('--capture-packets')).toBeLessThan(9_000);
  expect(new Set(all.map((words) => valueOf(words, '--capture-offset')))).toEqual(new Set(['123.5']));
});
