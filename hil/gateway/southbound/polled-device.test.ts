import { expect, test } from 'vitest';
import { gatewayConfigSchema, type SouthboundDeviceConfig } from '../config/gateway-config.ts';
import { polledDevice, type PointReport, type PolledDevice } from './polled-device.ts';
import type { Point } from './point.ts';
import { planReads, type ReadBlock } from './read-plan.ts';
import { samplePoint } from './sample-point.contract.ts';

const LEVEL = samplePoint({ name: 'level', address: 0 });
const MODE = samplePoint({ name: 'mode', address: 1, maxSilenceMs: 1_000 });

function bench(): { device: PolledDevice; poll: (nowMs: number, ...words: number[]) => string[]; block: ReadBlock } {
  const points: readonly Point[] = [LEVEL, MODE];
  const blocks = planReads(points);
  const [block] = blocks;
  if (block === undefined) throw new Error('two points make a block');
  const device = polledDevice(configOf(), { points: new Map(points.map((point) => [point.name, point])), blocks });
  const poll = (nowMs: number, ...words: number[]): string[] => {
    const reports: PointReport[] = [];
    device.takeBlock(block, words, { nowMs, wallMs: nowMs }, (report) => void reports.push(report));
    return reports.map(({ point, value, n }) => `${point}=${String(value)} #${n}`);
  };
  return { device, poll, block };
}

function configOf(): SouthboundDeviceConfig {
  const lines = [{ id: 'a', transport: 'modbus-tcp' as const, devices: [{ id: 'd', unit: 1, profile: 'plain' }] }];
  const [device] = gatewayConfigSchema.parse({ id: 'edge', southbound: { lines } }).southbound.lines[0]?.devices ?? [];
  if (device === undefined) throw new Error('the device is there');
  return device;
}

test('the first poll reports everything, later ones what changed', () => {
  const { poll } = bench();
  expect(poll(0, 5, 1)).toEqual(['level=5 #1', 'mode=1 #1']);
  expect(poll(10, 5, 1)).toEqual([]);
  expect(poll(20, 6, 1)).toEqual(['level=6 #2']);
  expect(poll(30, 5, 2)).toEqual(['level=5 #3', 'mode=2 #2']);
});

test('equal words are reported all the same when a point has been silent for too long', () => {
  const { poll } = bench();
  poll(0, 5, 1);
  expect(poll(999, 5, 1)).toEqual([]);
  expect(poll(1_000, 5, 1)).toEqual(['mode=1 #2']);
  expect(poll(1_500, 5, 1)).toEqual([]);
});

test('a value that was written and fell back is reported, although the polls before and after brought equal words', () => {
  const { device, poll } = bench();
  poll(0, 5, 1);
  expect(device.offer(LEVEL, 9, { nowMs: 5, wallMs: 5 })).toMatchObject({ value: 9, n: 2 });
  expect(poll(10, 5, 1)).toEqual(['level=5 #3']);
});
