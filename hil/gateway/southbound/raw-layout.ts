import type { DeviceResource, PrimaryTable, RawType } from './device-profile.ts';

/** Registers that a type takes; a String says its size itself. */
export const REGISTERS_OF: Readonly<Record<Exclude<RawType, 'String'>, number>> = {
  Bool: 1,
  Int16: 1,
  Uint16: 1,
  Int32: 2,
  Uint32: 2,
  Float32: 2,
  Int64: 4,
  Uint64: 4,
  Float64: 4,
};

/** Coils and discrete inputs are tables of bits, the other two of 16-bit registers (V1.1b3, section 4.3). */
export function isBitTable(table: PrimaryTable): boolean {
  return table === 'COILS' || table === 'DISCRETES_INPUT';
}

/** Type on the wire; when a profile does not state it, as in EdgeX a bit in a table of bits and else the valueType. */
export function rawTypeOf({ attributes, properties }: DeviceResource): RawType {
  return attributes.rawType ?? (isBitTable(attributes.primaryTable) ? 'Bool' : properties.valueType);
}

/** Registers that a resource takes; 1 for a coil or discrete input. */
export function registerCountOf(resource: DeviceResource): number {
  const rawType = rawTypeOf(resource);
  return rawType === 'String' ? (resource.attributes.stringRegisterSize ?? 1) : REGISTERS_OF[rawType];
}
