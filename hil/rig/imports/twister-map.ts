import { z } from '../../runtime/schema.ts';
import type { DutInput } from '../hardware-map.ts';
import { fixtureFrom, idFrom, type ImportedMap } from './imported-map.ts';

/**
 * An entry of Zephyr twister's hardware map. Keys beyond these are kept as notes.
 * @see Zephyr, scripts/schemas/twister/hwmap-schema.yaml
 */
const entrySchema = z.looseObject({
  connected: z.boolean(),
  id: z.coerce.string(),
  product: z.string().default(''),
  platform: z.union([z.string(), z.array(z.string())]).default(''),
  runner: z.string().default(''),
  serial: z.string().nullish(),
  serial_pty: z.string().nullish(),
  baud: z.number().int().nullish(),
  serial_baud: z.number().int().nullish(),
  fixtures: z.array(z.string()).nullish(),
  notes: z.string().nullish(),
});

export const twisterMapSchema = z.array(entrySchema).min(1).max(1_000);
type TwisterEntry = z.infer<typeof entrySchema>;

/** Twister opens its consoles 8N1 at 115,200 unless the map says otherwise (hardwaremap.py, `serial_baud`). */
const BAUD_DEFAULT = 115_200;
const MAPPED = new Set(['connected', 'id', 'product', 'platform', 'serial', 'baud', 'serial_baud', 'fixtures', 'notes']);

/**
 * Converts twister's hardware map. A twister DUT is a board with a console, so transport and unit id are guesses
 * (modbus-rtu, unit 1), which the notes say. What flashes a board (runner, scripts) has no place in our map.
 */
export function importTwisterMap(entries: z.infer<typeof twisterMapSchema>): ImportedMap {
  const duts: DutInput[] = [];
  const notes: string[] = [];
  const taken = new Set<string>();
  for (const entry of entries) {
    const name = entry.id === '' ? entry.product : entry.id;
    const unmapped = Object.keys(entry).filter((key) => !MAPPED.has(key) && isStated(entry[key]));
    if (entry.serial === null || entry.serial === undefined || entry.serial === '') {
      notes.push(`${name}: left out, it has no serial port${isStated(entry.serial_pty) ? ' (serial_pty is a program, not a port)' : ''}`);
      continue;
    }
    const id = idFrom(name, taken);
    taken.add(id);
    duts.push(dutOf(id, entry, entry.serial));
    if (unmapped.length > 0) notes.push(`${id}: not taken over: ${unmapped.join(', ')}`);
    notes.push(`${id}: twister knows no Modbus: check transport, units and parity, and name a profile`);
  }
  return { format: 'twister', duts, notes };
}

function dutOf(id: string, entry: TwisterEntry, serial: string): DutInput {
  const platform = typeof entry.platform === 'string' ? entry.platform : entry.platform.join(' ');
  const fixtures = (entry.fixtures ?? []).map(fixtureFrom).filter((fixture) => fixture !== '');
  return {
    id,
    model: [entry.product, platform].filter((part) => part !== '' && part !== 'unknown').join(', '),
    transport: 'modbus-rtu',
    address: serial,
    line: { baudRate: entry.serial_baud ?? entry.baud ?? BAUD_DEFAULT, parity: 'none' },
    units: [1],
    ...(fixtures.length === 0 ? {} : { fixtures: [...new Set(fixtures)] }),
    ...(entry.connected ? {} : { connected: false }),
    ...(isStated(entry.notes) ? { notes: entry.notes ?? '' } : {}),
  };
}

function isStated(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== 'unknown' && !(Array.isArray(value) && value.length === 0);
}
