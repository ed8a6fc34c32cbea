import { z } from '../../runtime/schema.ts';

/** The four Modbus tables by their EdgeX names (device-modbus, attribute `primaryTable`). */
export const PRIMARY_TABLES = ['COILS', 'DISCRETES_INPUT', 'INPUT_REGISTERS', 'HOLDING_REGISTERS'] as const;
export type PrimaryTable = (typeof PRIMARY_TABLES)[number];

/** How a value lies in registers; `Bool` is one coil or discrete input, or bit `bit` of a register. */
export const RAW_TYPES = ['Bool', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Int64', 'Uint64', 'Float32', 'Float64', 'String'] as const;
export type RawType = (typeof RAW_TYPES)[number];

const attributesSchema = z.strictObject({
  primaryTable: z.enum(PRIMARY_TABLES),
  startingAddress: z.number().int().min(0).max(65_535).describe('Zero-based PDU address, not the 4xxxx notation.'),
  rawType: z.enum(RAW_TYPES).optional().describe('Type on the wire; Bool for coils and discrete inputs, else Uint16 when left out.'),
  bit: z.number().int().min(0).max(15).optional().describe('Bit of the register, 0 = least significant; only with rawType Bool in a register.'),
  stringRegisterSize: z.number().int().min(1).max(123).optional().describe('Registers a String takes.'),
  isByteSwap: z.boolean().default(false).describe('The two bytes of each register are swapped.'),
  isWordSwap: z.boolean().default(false).describe('The registers of a value longer than 16 bits come least significant first.'),
});

const propertiesSchema = z.strictObject({
  valueType: z.enum(['Bool', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Int64', 'Uint64', 'Float32', 'Float64', 'String']),
  readWrite: z.enum(['R', 'W', 'RW']),
  units: z.string().max(32).default(''),
  scale: z.number().default(1).describe('value = raw x scale + offset'),
  offset: z.number().default(0),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  defaultValue: z.string().optional(),
  optional: z
    .strictObject({
      deadband: z.number().min(0).optional().describe('Report by exception: smallest change of the value that is reported; 0 = any.'),
      maxSilenceMs: z.number().int().min(100).optional().describe('Report an unchanged value after this many milliseconds.'),
    })
    .default({}),
});

/**
 * A device profile: EdgeX Foundry's device-profile YAML as its Modbus device service reads it. The same profile drives
 * the gateway's southbound and the virtual PLC.
 */
export const deviceProfileSchema = z.strictObject({
  apiVersion: z.string().optional(),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/u, 'expected lower-case letters, digits and hyphens, at most 64'),
  manufacturer: z.string().max(64).default(''),
  model: z.string().max(64).default(''),
  description: z.string().max(1_024).default(''),
  labels: z.array(z.string()).max(64).default([]),
  deviceResources: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/u, 'expected a letter, then letters, digits, _ or -, at most 64'),
        description: z.string().max(1_024).default(''),
        attributes: attributesSchema,
        properties: propertiesSchema,
      }),
    )
    .min(1)
    .max(4_096),
});

export type DeviceProfile = z.infer<typeof deviceProfileSchema>;
export type DeviceResource = DeviceProfile['deviceResources'][number];

/** What a point holds once decoded. 64-bit integers beyond 2^53 are decimal strings, so that no digit is lost. */
export type PointValue = number | boolean | string;
