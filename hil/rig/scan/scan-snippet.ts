import { hardwareMapText } from '../hardware-map-text.ts';
import type { DutInput } from '../hardware-map.ts';
import { idFrom } from '../imports/imported-map.ts';
import { formatIdentification, type DeviceIdentification } from './device-identification.ts';
import type { ScanFind, ScanResult } from './scan.ts';

/**
 * What a scan found as a hardware map to be pasted or saved, a DUT for each unit, with the notes as comments.
 * @returns undefined when nothing was found: a map has at least one DUT.
 */
export function scanSnippet({ found, notes, incomplete }: ScanResult): string | undefined {
  if (found.length === 0) return undefined;
  const taken = new Set<string>();
  const duts = found.map((find) => {
    const id = idFrom(productOf(find.identification) ?? 'dut', taken);
    taken.add(id);
    return dutOf(id, find);
  });
  const unfinished = incomplete === undefined ? [] : [`The scan is not complete: ${incomplete}.`];
  return hardwareMapText(duts, ['Found by rig scan. Give each DUT a name you like, and a profile (rig record makes one).', ...notes, ...unfinished]);
}

function productOf(identification: DeviceIdentification | undefined): string | undefined {
  if (identification === undefined) return undefined;
  return [identification.productCode, identification.productName, identification.modelName].find((text) => text !== undefined && text !== '');
}

function dutOf(id: string, { place, way, unit, identification }: ScanFind): DutInput {
  return {
    id,
    model: identification === undefined ? '' : formatIdentification(identification),
    transport: way.transport,
    address: place,
    ...(way.address.kind === 'serial' ? { line: { ...way.address.line } } : {}),
    units: [unit],
  };
}
