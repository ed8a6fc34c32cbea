import type { DeviceProfile } from './device-profile.ts';

/**
 * What becomes of a key of an EdgeX device profile:
 * - `understood`: it has an effect here, as it has in EdgeX;
 * - `kept`: it has none, and is written again by `edgexProfileText`;
 * - `refused`: a profile with it is refused with line and key, because leaving it out would change values in silence.
 */
export type KeyHandling = 'understood' | 'kept' | 'refused';

export interface EdgexKey {
  /** Path in the file, `[]` for each entry of a list and `*` for any key. */
  readonly key: string;
  readonly handling: KeyHandling;
  /** How it is read, or why it is not. */
  readonly note: string;
}

/**
 * Every key that EdgeX has for a device profile (go-mod-core-contracts 4.0, device-modbus-go 4.0) and those of its older
 * forms that are still found. `profiles/README.md` shows the same table; a test compares both with the schema.
 */
export const EDGEX_KEYS: readonly EdgexKey[] = [
  { key: 'apiVersion', handling: 'kept', note: 'v2 and v3 profiles have one form' },
  { key: 'id', handling: 'kept', note: 'given by core-metadata' },
  { key: 'created', handling: 'kept', note: 'given by core-metadata' },
  { key: 'modified', handling: 'kept', note: 'given by core-metadata' },
  { key: 'linkedDeviceCount', handling: 'kept', note: 'given by core-metadata' },
  { key: 'name', handling: 'understood', note: 'letters, digits, spaces and _ . ~ : ; = % ( ) -' },
  { key: 'manufacturer', handling: 'understood', note: '' },
  { key: 'model', handling: 'understood', note: '' },
  { key: 'description', handling: 'understood', note: '' },
  { key: 'labels', handling: 'kept', note: '' },
  { key: 'memory', handling: 'understood', note: 'not of EdgeX: separate or overlaid tables of a virtual PLC' },
  { key: 'files', handling: 'understood', note: 'not of EdgeX, which ignores it: files of a virtual PLC (FC 20, 21); default 1 to 10 of 10,000 records' },
  { key: 'files[].number', handling: 'understood', note: '1 to 65535' },
  { key: 'files[].records', handling: 'understood', note: '1 to 10,000, the default' },
  { key: 'files[].contents', handling: 'understood', note: 'stretches that are not 0 at the start' },
  { key: 'files[].contents[].record', handling: 'understood', note: 'the first of the stretch, default 0' },
  { key: 'files[].contents[].values', handling: 'understood', note: '0 to 0xFFFF each' },
  { key: 'fifoQueues', handling: 'understood', note: 'not of EdgeX, which ignores it: FIFO queues of a virtual PLC (FC 24)' },
  { key: 'fifoQueues[].address', handling: 'understood', note: 'FIFO pointer address; neither it nor the queue after it lies over a point' },
  { key: 'fifoQueues[].values', handling: 'understood', note: 'at most 31, 0 to 0xFFFF each; may be empty' },
  { key: 'deviceResources', handling: 'understood', note: 'each is one point' },
  { key: 'deviceResources[].name', handling: 'understood', note: 'also the last level of its MQTT topic' },
  { key: 'deviceResources[].description', handling: 'kept', note: '' },
  { key: 'deviceResources[].isHidden', handling: 'kept', note: 'hides a resource from the command service of EdgeX only' },
  { key: 'deviceResources[].tag', handling: 'kept', note: 'EdgeX 1.x' },
  { key: 'deviceResources[].tags', handling: 'kept', note: 'any map' },
  { key: 'deviceResources[].attributes', handling: 'understood', note: '' },
  { key: 'deviceResources[].attributes.primaryTable', handling: 'understood', note: 'in any case; DISCRETE_INPUTS too' },
  { key: 'deviceResources[].attributes.startingAddress', handling: 'understood', note: 'number or text, 0x10 too; 10.3 is bit 3 of register 10, a bare 10.1 bit 10' },
  { key: 'deviceResources[].attributes.rawType', handling: 'understood', note: 'in any case; EdgeX knows Int16, Uint16 and Int32, here all types; when left out, the valueType' },
  { key: 'deviceResources[].attributes.bit', handling: 'understood', note: 'not of EdgeX: bit of a Bool in a register' },
  { key: 'deviceResources[].attributes.stringRegisterSize', handling: 'understood', note: '1 to 123' },
  { key: 'deviceResources[].attributes.isByteSwap', handling: 'understood', note: 'true, "true"; EdgeX swaps only values of 32 bits, here every type' },
  { key: 'deviceResources[].attributes.isWordSwap', handling: 'understood', note: 'the same; 64-bit values too' },
  { key: 'deviceResources[].properties', handling: 'understood', note: '' },
  { key: 'deviceResources[].properties.valueType', handling: 'understood', note: 'in any case; no Int8, Uint8, Binary, Object or arrays, which Modbus tables do not hold' },
  { key: 'deviceResources[].properties.readWrite', handling: 'understood', note: 'R, W, RW, WR' },
  { key: 'deviceResources[].properties.units', handling: 'understood', note: '' },
  { key: 'deviceResources[].properties.scale', handling: 'understood', note: 'number or its digits as text' },
  { key: 'deviceResources[].properties.offset', handling: 'understood', note: 'the same' },
  { key: 'deviceResources[].properties.minimum', handling: 'understood', note: 'the same; bounds what may be written' },
  { key: 'deviceResources[].properties.maximum', handling: 'understood', note: 'the same' },
  { key: 'deviceResources[].properties.defaultValue', handling: 'kept', note: 'for SET commands of EdgeX' },
  { key: 'deviceResources[].properties.assertion', handling: 'kept', note: '' },
  { key: 'deviceResources[].properties.mediaType', handling: 'kept', note: '' },
  { key: 'deviceResources[].properties.base', handling: 'refused', note: 'unless 0, which does nothing' },
  { key: 'deviceResources[].properties.mask', handling: 'understood', note: 'bits of an unsigned number that count, 0 is all; a write leaves the others as they are' },
  { key: 'deviceResources[].properties.shift', handling: 'understood', note: 'after the mask, before scale and offset: to the left, negative to the right' },
  { key: 'deviceResources[].properties.optional', handling: 'understood', note: '' },
  { key: 'deviceResources[].properties.optional.deadband', handling: 'understood', note: 'not of EdgeX: report by exception' },
  { key: 'deviceResources[].properties.optional.maxSilenceMs', handling: 'understood', note: 'not of EdgeX: report by exception' },
  { key: 'deviceResources[].properties.optional.*', handling: 'kept', note: 'anything, unless it is nearly one of the two above' },
  { key: 'deviceResources[].properties.value', handling: 'refused', note: 'EdgeX 1.x: move its keys up into properties, type is valueType' },
  { key: 'deviceCommands', handling: 'kept', note: 'checked against the resources as EdgeX does' },
  { key: 'deviceCommands[].name', handling: 'kept', note: '' },
  { key: 'deviceCommands[].isHidden', handling: 'kept', note: '' },
  { key: 'deviceCommands[].readWrite', handling: 'kept', note: '' },
  { key: 'deviceCommands[].tags', handling: 'kept', note: '' },
  { key: 'deviceCommands[].resourceOperations', handling: 'kept', note: '' },
  { key: 'deviceCommands[].resourceOperations[].deviceResource', handling: 'kept', note: '' },
  { key: 'deviceCommands[].resourceOperations[].defaultValue', handling: 'kept', note: '' },
  { key: 'deviceCommands[].resourceOperations[].mappings', handling: 'kept', note: '' },
  { key: 'deviceCommands[].get', handling: 'refused', note: 'EdgeX 1.x: resourceOperations' },
  { key: 'deviceCommands[].set', handling: 'refused', note: 'EdgeX 1.x: resourceOperations' },
  { key: 'coreCommands', handling: 'refused', note: 'EdgeX 1.x; gone since 2.0' },
];

/** How many keys of each handling the table has. */
export function keyCounts(): Readonly<Record<KeyHandling, number>> {
  const count = (handling: KeyHandling): number => EDGEX_KEYS.filter((row) => row.handling === handling).length;
  return { understood: count('understood'), kept: count('kept'), refused: count('refused') };
}

/** The keys of a profile that have no effect here, and how often each stands in it, in the order of the table. */
export function keptKeys(profile: DeviceProfile): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  countKeys(profile, '', found);
  const own = new Set(EDGEX_KEYS.filter(({ handling }) => handling === 'kept').map(({ key }) => key));
  const known = new Set(EDGEX_KEYS.map(({ key }) => key));
  const strange = [...found].filter(([key]) => key.startsWith(OPTIONAL) && !known.has(key)).map(([, times]) => times);
  const strangers = strange.reduce((sum, times) => sum + times, 0);
  const kept = [...found].filter(([key]) => own.has(key));
  return new Map(strangers === 0 ? kept : [...kept, [`${OPTIONAL}*`, strangers]]);
}

const OPTIONAL = 'deviceResources[].properties.optional.';
/** What stands below these is somebody else's. */
const OPAQUE: ReadonlySet<string> = new Set(['tags', 'mappings', 'labels']);

function countKeys(value: object, path: string, found: Map<string, number>): void {
  for (const [key, held] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (held === undefined || held === '' || (Array.isArray(held) && held.length === 0)) continue;
    found.set(at, (found.get(at) ?? 0) + 1);
    if (OPAQUE.has(key) || at.startsWith(OPTIONAL)) continue;
    if (Array.isArray(held)) for (const entry of held) countKeys(Object(entry), `${at}[]`, found);
    else if (typeof held === 'object' && held !== null) countKeys(held, at, found);
  }
}
