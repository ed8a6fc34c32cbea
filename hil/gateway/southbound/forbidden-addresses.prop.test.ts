import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createManualClock } from '../../../sim/world/manual-clock.ts';
import { encodeException } from '../../protocols/modbus/exception.ts';
import { encodeTcp } from '../../protocols/modbus/tcp.ts';
import { silentLogger } from '../../runtime/log.ts';
import { observeNothing } from '../../runtime/observation.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { memoryLinkPair } from '../../transport/memory-link.ts';
import { gatewayConfigSchema } from '../config/gateway-config.ts';
import { overlaps, type AddressRange } from './address-range.ts';
import { deviceProfileSchema, type DeviceProfile, type PrimaryTable } from './device-profile.ts';
import { answerPlainly, playTcp, sendBytes, type PlainRequest } from './scripted-server.contract.ts';
import { createSouthbound } from './southbound.ts';

const TABLES: readonly PrimaryTable[] = ['COILS', 'HOLDING_REGISTERS', 'INPUT_REGISTERS'];
const READ_TABLES: Readonly<Record<number, PrimaryTable>> = { 1: 'COILS', 2: 'DISCRETES_INPUT', 3: 'HOLDING_REGISTERS', 4: 'INPUT_REGISTERS' };

/** A plan of a small stretch of addresses: what each holds, a point, nothing or something that must not be touched. */
const stretch = fc.array(fc.constantFrom('point', 'wide', 'free', 'free', 'forbidden'), { minLength: 1, maxLength: 60 });
const layouts = fc.record({ COILS: stretch, HOLDING_REGISTERS: stretch, INPUT_REGISTERS: stretch });
const grouping = fc.record({ enabled: fc.boolean(), gapRegisters: fc.nat({ max: 30 }), gapBits: fc.nat({ max: 30 }) });
const limits = fc.record({ registersMax: fc.integer({ min: 2, max: 125 }), bitsMax: fc.integer({ min: 1, max: 2_000 }) });

interface Layout {
  readonly profile: DeviceProfile;
  readonly forbidden: readonly AddressRange[];
}

function layOut(cells: Record<string, readonly string[]>): Layout | undefined {
  const forbidden: AddressRange[] = [];
  const deviceResources: unknown[] = [];
  for (const table of TABLES) {
    let address = 0;
    for (const cell of cells[table] ?? []) {
      const isWide = cell === 'wide' && table !== 'COILS';
      const valueType = table === 'COILS' ? 'Bool' : isWide ? 'Uint32' : 'Uint16';
      if (cell === 'forbidden') forbidden.push({ table, address, count: 1 });
      else if (cell !== 'free') deviceResources.push({ name: `${table}-${address}`, attributes: { primaryTable: table, startingAddress: address, rawType: valueType }, properties: { valueType, readWrite: table === 'INPUT_REGISTERS' ? 'R' : 'RW' } });
      address += isWide ? 2 : 1;
    }
  }
  return deviceResources.length === 0 ? undefined : { profile: deviceProfileSchema.parse({ name: 'plain', deviceResources }), forbidden };
}

function rangeOf(request: PlainRequest): AddressRange {
  const { functionCode, address } = request;
  const table = READ_TABLES[functionCode] ?? (functionCode === 5 || functionCode === 15 ? 'COILS' : 'HOLDING_REGISTERS');
  const count = 'quantity' in request ? request.quantity : 'values' in request ? request.values.length : 1;
  return { table, address, count };
}

test('no request ever covers a forbidden address, whatever is polled, refused, split or written', async () => {
  await fc.assert(
    fc.asyncProperty(layouts, grouping, limits, fc.boolean(), async (cells, group, limit, refusesGaps) => {
      const layout = layOut(cells);
      if (layout === undefined) return;
      const clock = createManualClock();
      const seen: AddressRange[] = [];
      const { southbound: config } = gatewayConfigSchema.parse({
        id: 'edge',
        southbound: { lines: [{ id: 'a', transport: 'modbus-tcp', outstandingMax: 3, devices: [{ id: 'd', unit: 1, profile: 'plain', pollEvery: '1s', grouping: group, limits: limit, forbidden: layout.forbidden }] }] },
      });
      const southbound = createSouthbound(config, {
        clock,
        random: randomFromSeed(1),
        openLink: async () => {
          const { a, b } = memoryLinkPair();
          playTcp(b, (request) => {
            const range = rangeOf(request.request);
            seen.push(range);
            // A device that has nothing but its points: whoever reads across a gap gets exception 02, and must split.
            const isHole = refusesGaps && range.count > 2;
            if (isHole) sendBytes(b, encodeTcp(request.transactionId, request.unitId, encodeException(request.request.functionCode, 2)));
            else answerPlainly(request);
          });
          return a;
        },
        observe: observeNothing,
        log: silentLogger,
        loadProfile: () => layout.profile,
        onReport: () => undefined,
      });
      southbound.start();
      await clock.advanceAsync(2_500);
      const writes = layout.profile.deviceResources.map(({ name, properties }) => southbound.write('d', name, properties.valueType === 'Bool' ? true : 1));
      await clock.advanceAsync(2_500);
      await Promise.all(writes);
      await southbound.stop();
      expect(seen.length).toBeGreaterThan(0);
      for (const range of seen) for (const closed of layout.forbidden) expect(overlaps(range, closed)).toBe(false);
    }),
    replay(),
  );
});
