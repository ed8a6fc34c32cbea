import { expect, test } from 'vitest';
import type { RunTopology } from '../../conformance/run-events.ts';
import { watchSyncIdle } from './until-condition.ts';

const topology: RunTopology = {
  gateways: [
    { id: 'edge', uplinkTo: 'cloud' },
    { id: 'cloud', uplinkTo: null },
  ],
  plcs: [],
  devices: [],
  links: [],
};
const see = (watch: ReturnType<typeof watchSyncIdle>, t: number, type: string, data = {}, source = 'edge'): void => watch.see({ t, source, type, data });

test('idle counts only while connected, and after half a second', () => {
  const watch = watchSyncIdle(topology);
  see(watch, 0, 'uplink.idle', { forwarded: 0 });
  expect(watch.holds(10_000)).toBe(false);
  see(watch, 100, 'uplink.connected');
  expect(watch.holds(400)).toBe(false);
  expect(watch.holds(700)).toBe(true);
});

test('a backlog or a lost uplink ends it; the few messages of the last moments do not', () => {
  const watch = watchSyncIdle(topology);
  see(watch, 0, 'uplink.connected');
  see(watch, 0, 'uplink.backlog', { messages: 5_000, bytes: 1, inFlight: 64 });
  expect(watch.holds(10_000)).toBe(false);
  see(watch, 1_000, 'uplink.backlog', { messages: 30, bytes: 1, inFlight: 30 });
  expect(watch.holds(1_600)).toBe(true);
  see(watch, 2_000, 'uplink.lost', { reason: 'keepalive' });
  expect(watch.holds(9_000)).toBe(false);
});

test('other gateways do not speak for the edge', () => {
  const watch = watchSyncIdle(topology);
  see(watch, 0, 'uplink.connected', {}, 'cloud');
  see(watch, 0, 'uplink.idle', {}, 'cloud');
  expect(watch.holds(10_000)).toBe(false);
});

test('without an uplink there is nothing to wait for', () => {
  expect(watchSyncIdle({ ...topology, gateways: [{ id: 'edge', uplinkTo: null }] }).holds(0)).toBe(true);
});
