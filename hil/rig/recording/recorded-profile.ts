import { deviceProfileSchema, type DeviceProfile, type PrimaryTable } from '../../gateway/southbound/device-profile.ts';
import { edgexProfileText } from '../../gateway/southbound/edgex-profile-out.ts';
import { isBitTable } from '../../gateway/southbound/raw-layout.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import type { z } from '../../runtime/schema.ts';
import type { Recording, RecordedRange } from './recording-format.ts';

/** Points a profile may have. */
const POINTS_MAX = 4_096;
/** An unchanged point is reported after this, so that a constant one is seen to live. */
const MAX_SILENCE_MS = 10_000;
const PREFIXES: Readonly<Record<PrimaryTable, string>> = { COILS: 'Coil', DISCRETES_INPUT: 'Discrete', INPUT_REGISTERS: 'Input', HOLDING_REGISTERS: 'Holding' };

interface Seen {
  lowest: number;
  highest: number;
  changes: number;
  last: number;
}

/**
 * A device profile with one point for each recorded address: `Holding40`, `Coil3`. A recording does not tell what a
 * register means nor whether it may be written, so every register is a Uint16 that can only be read, and its description
 * says what was seen. People rename, join and scale from there.
 * @throws FieldproofError FP_LIMIT beyond 4,096 addresses.
 */
export function recordedProfile(recording: Recording): DeviceProfile {
  return deviceProfileSchema.parse(profileInput(recording));
}

/** The same as YAML text, to be saved beside the hardware map. */
export function recordedProfileText(recording: Recording): string {
  const { dut, unit, startedAt } = recording.header;
  const made = `Made from a recording of ${dut} unit ${unit}, ${startedAt}.`;
  return edgexProfileText(recordedProfile(recording), `${made} Rename the points, join registers, set scale and units.`);
}

function profileInput(recording: Recording): z.input<typeof deviceProfileSchema> {
  const { header } = recording;
  const seen = seenValues(recording);
  const addresses = header.ranges.flatMap(addressesOf);
  const unique = [...new Map(addresses.map((entry) => [`${entry.table}/${entry.address}`, entry])).values()];
  if (unique.length > POINTS_MAX) {
    throw new FieldproofError('FP_LIMIT', `${header.dut}: ${unique.length} addresses were recorded; a profile holds ${POINTS_MAX}`);
  }
  return {
    apiVersion: 'v3',
    name: profileName(header.dut),
    manufacturer: (header.identification?.['vendorName'] ?? '').slice(0, 64),
    model: header.model.slice(0, 64),
    description: `Recorded from ${header.dut} unit ${header.unit}.`,
    labels: ['recorded', 'modbus'],
    deviceResources: unique.map(({ table, address }) => resource(table, address, seen.get(`${table}/${address}`))),
  };
}

function resource(table: PrimaryTable, address: number, seen: Seen | undefined): z.input<typeof deviceProfileSchema>['deviceResources'][number] {
  const isBit = isBitTable(table);
  return {
    name: `${PREFIXES[table]}${address}`,
    description: seen === undefined ? 'No value was seen.' : `Seen ${seen.lowest} to ${seen.highest}, ${seen.changes} changes.`,
    attributes: { primaryTable: table, startingAddress: address, rawType: isBit ? 'Bool' : 'Uint16' },
    properties: { valueType: isBit ? 'Bool' : 'Uint16', readWrite: 'R', optional: { maxSilenceMs: MAX_SILENCE_MS } },
  };
}

function seenValues({ header, samples }: Recording): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const sample of samples) {
    const range = header.ranges[sample.r];
    if (range === undefined || !('w' in sample)) continue;
    for (const [offset, word] of (sample.w ?? []).entries()) {
      const key = `${range.table}/${range.address + offset}`;
      const before = seen.get(key);
      if (before === undefined) seen.set(key, { lowest: word, highest: word, changes: 0, last: word });
      else {
        if (before.last !== word) before.changes += 1;
        Object.assign(before, { lowest: Math.min(before.lowest, word), highest: Math.max(before.highest, word), last: word });
      }
    }
  }
  return seen;
}

function addressesOf({ table, address, count }: RecordedRange): { table: PrimaryTable; address: number }[] {
  return Array.from({ length: count }, (_one, offset) => ({ table, address: address + offset }));
}

function profileName(dut: string): string {
  const slug = dut.toLowerCase().replaceAll(/[^a-z0-9-]+/gu, '-').replaceAll(/^-+|-+$/gu, '').slice(0, 55);
  return `${slug === '' ? 'device' : slug}-recorded`;
}
