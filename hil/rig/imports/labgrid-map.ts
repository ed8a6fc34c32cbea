import { z } from '../../runtime/schema.ts';
import type { DutInput } from '../hardware-map.ts';
import { idFrom, type ImportedMap } from './imported-map.ts';
import { labgridPower } from './labgrid-power.ts';
import { labgridPort, type LabgridPort } from './labgrid-serial.ts';

/** A resource: its parameters; `cls` names its class when the key of the resource does not. */
const resourceSchema = z.looseObject({ cls: z.string().optional() });
export type LabgridResource = z.infer<typeof resourceSchema>;

const groupSchema = z.record(z.string(), z.union([resourceSchema, z.string(), z.number(), z.null()]));

/**
 * The exporter's file (groups of resources), an environment file (`targets`), or the places of `sync-places.py`.
 * @see labgrid, doc/configuration.rst, "Exporter Configuration"; contrib/sync-places.py
 */
export const labgridMapSchema = z.looseObject({
  targets: z.record(z.string(), z.looseObject({ resources: groupSchema.optional() })).optional(),
  places: z
    .record(z.string(), z.looseObject({ matches: z.array(z.union([z.string(), z.record(z.string(), z.string())])).default([]) }))
    .optional(),
});
export type LabgridMap = z.infer<typeof labgridMapSchema>;

/** Resources that belong together under the name of their group, target or place. */
interface LabgridPlace {
  readonly name: string;
  readonly location: string;
  readonly resources: readonly { readonly name: string; readonly cls: string; readonly params: LabgridResource }[];
}

/**
 * Converts labgrid's files. Serial ports and Modbus resources give address and line, power ports the power hook; each
 * resource without a place in our map is named in the notes.
 * @param files - An exporter's or environment file, and where the lab has one, the file of its places.
 */
export function importLabgridMap(files: readonly LabgridMap[]): ImportedMap {
  const notes: string[] = [];
  const duts: DutInput[] = [];
  const taken = new Set<string>();
  for (const place of placesOf(files, notes)) {
    const ports = place.resources.map((resource) => ({ resource, port: labgridPort(resource.cls, resource.params) }));
    const [first, ...more] = ports.flatMap(({ port }) => (port === undefined ? [] : [port]));
    const power = place.resources.map((resource) => labgridPower(resource.cls, resource.params)).find((hook) => hook?.kind === 'hook');
    notes.push(...unmappedNotes(place));
    if (first === undefined) {
      notes.push(`${place.name}: left out, it has no serial port and no Modbus resource that can be reached`);
      continue;
    }
    if (more.length > 0) notes.push(`${place.name}: has ${more.length + 1} ports; ${first.address} was taken`);
    const id = idFrom(place.name, taken);
    taken.add(id);
    duts.push(dutOf(id, place, first, power?.kind === 'hook' ? power.hook : undefined));
    notes.push(...first.notes.map((note) => `${id}: ${note}`));
    notes.push(`${id}: labgrid knows no Modbus profile: check transport, units and parity, and name a profile`);
  }
  return { format: 'labgrid', duts, notes };
}

function dutOf(id: string, place: LabgridPlace, port: LabgridPort, power: DutInput['power']): DutInput {
  return {
    id,
    transport: 'modbus-rtu',
    address: port.address,
    line: { baudRate: port.baudRate, parity: 'none' },
    units: [port.unit],
    ...(power === undefined ? {} : { power }),
    ...(place.location === '' ? {} : { notes: `location: ${place.location}` }),
  };
}

function unmappedNotes({ name, resources }: LabgridPlace): string[] {
  return resources.flatMap(({ name: resource, cls, params }) => {
    const power = labgridPower(cls, params);
    if (power?.kind === 'unmapped') return [`${name}/${resource}: ${power.because}`];
    return power === undefined && labgridPort(cls, params) === undefined ? [`${name}/${resource}: ${cls} has no place in the map`] : [];
  });
}

function placesOf(files: readonly LabgridMap[], notes: string[]): LabgridPlace[] {
  const groups = files.flatMap(groupsOf);
  const places = files.flatMap((file) => Object.entries(file.places ?? {}));
  if (places.length === 0) return groups;
  return places.map(([name, { matches }]) => {
    const patterns = matches.map((match) => (typeof match === 'string' ? match : (Object.keys(match)[0] ?? '')));
    const matched = groups.map((group) => {
      const resources = group.resources.filter(({ name: own, cls }) => patterns.some((pattern) => fits(pattern, group.name, cls, own)));
      return { ...group, resources };
    });
    const found = matched.filter(({ resources }) => resources.length > 0);
    if (found.length === 0) notes.push(`place ${name}: no resource in the files fits ${patterns.join(', ') || 'it, for it has no matches'}`);
    return { name, location: found[0]?.location ?? '', resources: found.flatMap(({ resources }) => resources) };
  });
}

/** `<exporter>/<group>/<class>[/<name>]`, each part a name or `*`; the exporter is not part of its own file. */
function fits(pattern: string, group: string, cls: string, name: string): boolean {
  const [, ...parts] = pattern.split('/');
  return [group, cls, name].every((value, index) => {
    const part = parts[index];
    return part === undefined || part === '*' || part === value;
  });
}

function groupsOf(file: LabgridMap): LabgridPlace[] {
  const { targets, places: _places, ...rest } = file;
  const fromTargets = Object.entries(targets ?? {}).map(([name, { resources = {} }]) => groupOf(name, resources));
  const fromGroups = Object.entries(rest).flatMap(([name, group]) => {
    const parsed = groupSchema.safeParse(group);
    return parsed.success ? [groupOf(name, parsed.data)] : [];
  });
  return [...fromTargets, ...fromGroups];
}

function groupOf(name: string, group: z.infer<typeof groupSchema>): LabgridPlace {
  const location = group['location'];
  const resources = Object.entries(group).flatMap(([own, params]) =>
    typeof params === 'object' && params !== null ? [{ name: own, cls: params.cls ?? own, params }] : [],
  );
  return { name, location: typeof location === 'string' ? location : '', resources };
}
