import { FieldproofError } from '../../runtime/errors.ts';
import { bitFieldOf, type BitField } from './bit-field.ts';
import type { DeviceProfile, DeviceResource, PrimaryTable, RawType } from './device-profile.ts';
import { profileProblems } from './profile-problems.ts';
import { isBitTable, rawTypeOf, registerCountOf } from './raw-layout.ts';

/** One thing a device can be asked for: a device resource of its profile with every default filled in. */
export interface Point {
  readonly name: string;
  readonly table: PrimaryTable;
  /** Zero-based PDU address of the first register, coil or discrete input. */
  readonly address: number;
  /** 16-bit registers the value takes; 1 for a coil or discrete input. */
  readonly registerCount: number;
  readonly rawType: RawType;
  /** Bit of the register, 0 = least significant; undefined unless the point is a Bool in a register. */
  readonly bit: number | undefined;
  /** The part of an unsigned number that is the value; undefined when all of it is. */
  readonly field: BitField | undefined;
  /** The two bytes of each register are swapped. */
  readonly byteSwap: boolean;
  /** The registers come least significant first. */
  readonly wordSwap: boolean;
  /** value = raw x scale + offset, where raw is what `field` leaves of it; 1 and 0 for Bool and String. */
  readonly scale: number;
  readonly offset: number;
  readonly units: string;
  readonly valueType: DeviceResource['properties']['valueType'];
  readonly readable: boolean;
  readonly writable: boolean;
  /** Bounds of a value to be written, in engineering units. */
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** Smallest change that is reported, in engineering units; 0 = any change. */
  readonly deadband: number;
  /** An unchanged value is reported after this many milliseconds; 0 = never. */
  readonly maxSilenceMs: number;
}

/**
 * The points of a profile, in the order of the file.
 * @throws FieldproofError FP_SCHEMA when the profile contradicts itself: all contradictions in one message, `place.key`
 *   is the first. `loadProfile` finds the same ones with file and line.
 */
export function pointsOf(profile: DeviceProfile): Point[] {
  const [first, ...rest] = profileProblems(profile);
  if (first === undefined) return profile.deviceResources.map(pointOf);
  const more = rest.map(({ message }) => `\n  also ${message}`).join('');
  throw new FieldproofError('FP_SCHEMA', `profile ${profile.name}: ${first.message}${more}`, { place: { key: first.path.join('.') } });
}

function pointOf(resource: DeviceResource): Point {
  const { attributes, properties } = resource;
  const rawType = rawTypeOf(resource);
  return {
    name: resource.name,
    table: attributes.primaryTable,
    address: attributes.startingAddress,
    registerCount: registerCountOf(resource),
    rawType,
    bit: rawType === 'Bool' && !isBitTable(attributes.primaryTable) ? (attributes.bit ?? 0) : undefined,
    field: bitFieldOf(resource, registerCountOf(resource) * 16),
    byteSwap: attributes.isByteSwap,
    wordSwap: attributes.isWordSwap,
    scale: properties.scale,
    offset: properties.offset,
    units: properties.units,
    valueType: properties.valueType,
    readable: properties.readWrite !== 'W',
    writable: properties.readWrite !== 'R',
    minimum: properties.minimum,
    maximum: properties.maximum,
    deadband: properties.optional.deadband ?? 0,
    maxSilenceMs: properties.optional.maxSilenceMs ?? 0,
  };
}
