import { afterEach, describe, expect, test, vi } from 'vitest';
import { modelFor } from '../../../sim/plc/models/model-table.ts';
import type { ProcessModel } from '../../../sim/plc/process-model.ts';
import { startPlcGroup, type PlcGroup } from '../../../sim/plc/virtual-plc-group.ts';
import { createManualClock } from '../../../sim/world/manual-clock.ts';
import { silentLogger } from '../../runtime/log.ts';
import type { ObservationData } from '../../runtime/observation.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { createOpenLink } from '../../transport/open-link.ts';
import { gatewayConfigSchema } from '../config/gateway-config.ts';
import { RAW_TYPES, type PointValue } from './device-profile.ts';
import { loadProfile, shippedProfiles } from './load-profile.ts';
import { decodePoint, encodePoint, resolutionOf } from './point-codec.ts';
import { pointsOf, type Point } from './point.ts';
import { planReads } from './read-plan.ts';
import { createSouthbound, type Southbound } from './southbound.ts';

/** How far the process has run when it is looked at; then its clock stands still, so that both sides see one instant. */
const AT_MS = 45_000;
const SEED = 11;
/** A read that bridges a gap is refused once, and split; a write is never refused. */
const WRITE_CODES = [5, 6, 15, 16];

let group: PlcGroup | undefined;
let southbound: Southbound | undefined;
const latest = new Map<string, PointValue>();
const seen: { readonly type: string; readonly data: ObservationData }[] = [];

afterEach(async () => {
  await southbound?.stop();
  await group?.stop();
  latest.clear();
  seen.length = 0;
});

const observe = (type: string, data: ObservationData): void => void seen.push({ type, data });

/** A virtual PLC on a real socket, a gateway that polls it, and the process that the PLC must be showing. */
async function start(profile: string): Promise<{ readonly gateway: Southbound; readonly model: ProcessModel; readonly points: readonly Point[] }> {
  const clock = createManualClock();
  const originMs = clock.nowMs();
  const points = pointsOf(loadProfile(profile));
  const model = modelFor(profile, points)({ random: randomFromSeed(SEED).child('plc/one', 1), originMs });
  group = await startPlcGroup({ group: 'one', profile, transport: 'modbus-tcp' }, { clock, random: randomFromSeed(SEED), log: silentLogger, observe });
  clock.advance(AT_MS);
  const endpoint = group.devices[0]?.endpoint;
  const port = endpoint !== undefined && 'port' in endpoint ? endpoint.port : 0;
  const lines = [{ id: 'line', transport: 'modbus-tcp' as const, port, devices: [{ id: 'one-1', unit: 1, profile, pollEvery: '50ms' }] }];
  southbound = createSouthbound(gatewayConfigSchema.parse({ id: 'edge', southbound: { lines } }).southbound, {
    clock: realClock,
    random: randomFromSeed(2),
    log: silentLogger,
    openLink: createOpenLink({ clock: realClock, timeoutMs: 2_000 }),
    loadProfile: (name) => loadProfile(name),
    observe,
    onReport: ({ point, value }) => void latest.set(point, value),
  });
  southbound.start();
  return { gateway: southbound, model, points };
}

const until = (condition: () => boolean): Promise<void> => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 15_000, interval: 10 });

describe.each(shippedProfiles())('%s from its process over TCP to the gateway', (profile) => {
  test('every point that can be read arrives as the process has it, to the resolution of its registers', async () => {
    const { model, points } = await start(profile);
    const readable = points.filter((point) => point.readable);
    await until(() => readable.every(({ name }) => latest.has(name)));
    for (const point of readable) {
      const wanted = model.read(point.name, AT_MS) ?? 'nothing';
      const value = latest.get(point.name);
      expect([point.name, value]).toEqual([point.name, decodePoint(point, encodePoint(point, wanted))]);
      if (typeof wanted === 'number') expect(Math.abs(Number(value) - wanted)).toBeLessThanOrEqual(errorMax(point, wanted));
      else expect(value).toBe(wanted);
    }
    const told = seen.find(({ type }) => type === 'plc.device')?.data['points'];
    expect(told).toHaveLength(readable.length);
    expect(seen.filter(({ type }) => type === 'southbound.failed')).toEqual([]);
    expect([...latest.keys()].toSorted()).toEqual(readable.map(({ name }) => name).toSorted());
  });

  test('every point that can be written takes a value and reads it back', async () => {
    const { gateway, model, points } = await start(profile);
    await until(() => latest.size > 0);
    for (const point of points.filter(({ writable }) => writable)) {
      const value = anotherValue(point, model.read(point.name, AT_MS));
      expect([point.name, await gateway.write('one-1', point.name, value)]).toEqual([point.name, { kind: 'written', value, verified: point.readable }]);
      if (point.readable) await until(() => latest.get(point.name) === value);
    }
    const refused = seen.filter(({ type, data }) => type === 'plc.exception' && WRITE_CODES.includes(Number(data['functionCode'])));
    expect(refused).toEqual([]);
  });

  test('it is read with fewer requests than it has points', () => {
    const points = pointsOf(loadProfile(profile));
    const blocks = planReads(points);
    expect(blocks.length * 2).toBeLessThan(points.filter(({ readable }) => readable).length);
  });
});

/** The orders that points have: '', byte, word, byteword. */
const orders = (among: readonly Point[]): string[] => [...new Set(among.map(({ byteSwap, wordSwap }) => `${byteSwap ? 'byte' : ''}${wordSwap ? 'word' : ''}`))].toSorted();

describe('the shipped profiles together', () => {
  const points = shippedProfiles().flatMap((name) => pointsOf(loadProfile(name)));

  test('hold every type of the codec', () => {
    expect([...new Set(points.map(({ rawType }) => rawType))].toSorted()).toEqual([...RAW_TYPES].toSorted());
  });

  test('hold long values in all four orders', () => {
    for (const registerCount of [2, 4]) {
      expect(orders(points.filter((point) => point.registerCount === registerCount && point.rawType !== 'String'))).toEqual(['', 'byte', 'byteword', 'word']);
    }
  });

  test('hold texts, bits, offsets and write-only points', () => {
    expect(orders(points.filter(({ rawType }) => rawType === 'String'))).toEqual(['', 'byte']);
    expect(points.some(({ bit, writable }) => bit !== undefined && writable)).toBe(true);
    expect(points.some(({ bit, byteSwap }) => bit !== undefined && byteSwap)).toBe(true);
    expect(points.some(({ offset, scale }) => offset !== 0 && scale !== 1)).toBe(true);
    expect(points.some(({ readable }) => !readable)).toBe(true);
    expect(new Set(points.map(({ table }) => table)).size).toBe(4);
  });
});

/**
 * How far a value may be from its process: half a step of the registers, a float's step growing with its magnitude. A float
 * counts with its shortest digits, which may lie half a step off once more.
 */
function errorMax(point: Point, value: number): number {
  const step = resolutionOf({ ...point, minimum: Math.min(point.minimum ?? 0, value), maximum: Math.max(point.maximum ?? 0, value) });
  return (point.rawType.startsWith('Float') ? step : step / 2) + 1e-9;
}

/** A value that the point can hold exactly, within its bounds, and that it does not hold now. */
function anotherValue(point: Point, now: PointValue | undefined): PointValue {
  if (point.rawType === 'Bool') return !point.readable || now === false;
  if (point.rawType === 'String') return 'Ümlaut 7'.slice(0, point.registerCount);
  const low = point.minimum ?? point.offset;
  const high = point.maximum ?? low + 1_000 * point.scale;
  const value = decodePoint(point, encodePoint(point, low + (high - low) * 0.37));
  return value === now ? decodePoint(point, encodePoint(point, low + (high - low) * 0.61)) : value;
}
