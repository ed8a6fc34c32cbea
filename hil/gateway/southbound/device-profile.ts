import { nearestWord } from '../../runtime/nearest-word.ts';
import { z } from '../../runtime/schema.ts';
import { edgexBoolean, edgexNumber, edgexOptional, edgexText, edgexWord } from './edgex-scalars.ts';
import { fifoQueuesSchema, filesSchema } from './extended-memory.ts';
import { startingAddressSchema } from './starting-address.ts';

/** The four Modbus tables by their EdgeX names (device-modbus, attribute `primaryTable`). */
export const PRIMARY_TABLES = ['COILS', 'DISCRETES_INPUT', 'INPUT_REGISTERS', 'HOLDING_REGISTERS'] as const;
export type PrimaryTable = (typeof PRIMARY_TABLES)[number];

/** How a value lies in registers; `Bool` is one coil or discrete input, or bit `bit` of a register. */
export const RAW_TYPES = ['Bool', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Int64', 'Uint64', 'Float32', 'Float64', 'String'] as const;
export type RawType = (typeof RAW_TYPES)[number];

const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} _.~:;=%()-]{0,126}[\p{L}\p{N}_.~:;=%()-])?$/u;
const name = edgexText(z.string().regex(NAME, 'expected a letter or digit, then letters, digits, spaces or _ . ~ : ; = % ( ) -, at most 128'));
const text = (charactersMax: number) => edgexText(z.string().max(charactersMax).default(''));
const tags = edgexOptional(z.record(z.string().max(128), z.unknown()).optional());
const readWrite = edgexWord(['R', 'W', 'RW'], { wr: 'RW' });

const attributesSchema = z
  .strictObject({
    primaryTable: edgexWord(PRIMARY_TABLES, { discrete_inputs: 'DISCRETES_INPUT' }),
    startingAddress: startingAddressSchema.describe('Zero-based PDU address, not the 4xxxx notation; 10.3 is bit 3 of register 10.'),
    rawType: edgexWord(RAW_TYPES).optional().describe('Type on the wire; when left out, Bool for coils and discrete inputs, else the valueType.'),
    bit: edgexNumber(z.number().int().min(0).max(15).optional()).describe('Bit of the register, 0 = least significant; only with rawType Bool in a register.'),
    stringRegisterSize: edgexNumber(z.number().int().min(1).max(123).optional()).describe('Registers a String takes.'),
    isByteSwap: edgexBoolean(z.boolean().default(false)).describe('The two bytes of each register are swapped.'),
    isWordSwap: edgexBoolean(z.boolean().default(false)).describe('The registers of a value longer than 16 bits come least significant first.'),
  })
  .transform(({ primaryTable, startingAddress, rawType, bit, ...rest }, context) => {
    const bits = [bit, startingAddress.bit].filter((given) => given !== undefined);
    if (bits.length === 2 && bits[0] !== bits[1]) context.addIssue({ code: 'custom', path: ['bit'], message: `bit ${bits[0]} contradicts bit ${bits[1]} of startingAddress` });
    return { primaryTable, startingAddress: startingAddress.address, ...(rawType === undefined ? {} : { rawType }), ...(bits[0] === undefined ? {} : { bit: bits[0] }), ...rest };
  });

const OPTIONAL_KEYS = ['deadband', 'maxSilenceMs'] as const;

/** EdgeX leaves this map to developers, so strange keys are kept; one that is nearly ours is a slip of the pen. */
const optionalSchema = z
  .looseObject({
    deadband: edgexNumber(z.number().min(0).optional()).describe('Report by exception: smallest change of the value that is reported; 0 = any.'),
    maxSilenceMs: edgexNumber(z.number().int().min(100).optional()).describe('Report an unchanged value after this many milliseconds.'),
  })
  .superRefine((map, context) => {
    for (const key of Object.keys(map)) {
      const nearest = nearestWord(key, OPTIONAL_KEYS);
      if (nearest !== undefined && nearest !== key) context.addIssue({ code: 'custom', path: [key], message: `unknown key "${key}"; did you mean "${nearest}"?` });
    }
  });

/** A transformation that EdgeX has and fieldproof does not: only its neutral value, which changes nothing, is let through. */
const untransformed = (what: string) => edgexNumber(z.literal(0, `${what} is not supported; only 0, which does nothing`).optional());

const propertiesSchema = z.strictObject({
  valueType: edgexWord(RAW_TYPES),
  readWrite,
  units: text(64),
  scale: edgexNumber(z.number().default(1)).describe('value = raw x scale + offset'),
  offset: edgexNumber(z.number().default(0)),
  minimum: edgexNumber(z.number().optional()),
  maximum: edgexNumber(z.number().optional()),
  defaultValue: edgexText(z.string().max(256).optional()),
  base: untransformed('base (base to the power of the reading)'),
  mask: edgexNumber(z.number().int().min(0).optional()).describe('Bits of an unsigned raw number that count; 0 = all. For one bit as a Bool: rawType Bool with bit.'),
  shift: edgexNumber(z.number().int().min(-63).max(63).optional()).describe('Moves the bits that count to the left, negative: to the right; before scale and offset.'),
  assertion: edgexText(z.string().max(256).optional()),
  mediaType: edgexText(z.string().max(128).optional()),
  optional: edgexOptional(optionalSchema.default({})),
});

const commandSchema = z.strictObject({
  name,
  isHidden: edgexBoolean(z.boolean().optional()),
  readWrite,
  tags,
  resourceOperations: z
    .array(
      z.strictObject({
        deviceResource: name,
        defaultValue: edgexText(z.string().max(256).optional()),
        mappings: edgexOptional(z.record(z.string().max(128), edgexText(z.string().max(256))).optional()),
      }),
    )
    .min(1)
    .max(4_096),
});

/**
 * A device profile: EdgeX Foundry's device-profile YAML as its Modbus device service (device-modbus-go 4.0) reads it. The
 * same profile drives the gateway's southbound and the virtual PLC. `edgex-key-table.ts` says what becomes of each key.
 */
export const deviceProfileSchema = z.strictObject({
  apiVersion: edgexText(z.string().max(16).optional()),
  id: edgexText(z.string().max(64).optional()),
  created: edgexNumber(z.number().optional()),
  modified: edgexNumber(z.number().optional()),
  linkedDeviceCount: edgexNumber(z.number().optional()),
  name,
  manufacturer: text(128),
  model: text(128),
  description: text(4_096),
  labels: edgexOptional(z.array(edgexText(z.string().max(128))).max(64).default([])),
  memory: z
    .enum(['separate', 'overlaid'])
    .optional()
    .describe(
      'How a virtual PLC keeps its tables, not part of EdgeX. separate (default): the four tables have nothing in common. overlaid: one memory; holding and input registers are the same, coil or discrete input n is bit n mod 16 of register n div 16.',
    ),
  files: filesSchema.optional().describe('The files of a virtual PLC (FC 20 and 21), not part of EdgeX. Without it: files 1 to 10 of 10,000 records, all 0.'),
  fifoQueues: fifoQueuesSchema.optional().describe('The FIFO queues of a virtual PLC (FC 24), not part of EdgeX. Any holding registers of the profile can be one too: the first counts those after it.'),
  deviceResources: z
    .array(
      z.strictObject({
        name,
        description: text(4_096),
        isHidden: edgexBoolean(z.boolean().optional()),
        tag: edgexText(z.string().max(256).optional()),
        tags,
        attributes: attributesSchema,
        properties: propertiesSchema,
      }),
    )
    .min(1)
    .max(4_096),
  deviceCommands: edgexOptional(z.array(commandSchema).max(4_096).optional()),
});

export type DeviceProfile = z.infer<typeof deviceProfileSchema>;
export type DeviceResource = DeviceProfile['deviceResources'][number];

/** What a point holds once decoded. 64-bit integers beyond 2^53 are decimal strings, so that no digit is lost. */
export type PointValue = number | boolean | string;
