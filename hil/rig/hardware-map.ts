import { durationMs } from '../runtime/quantities.ts';
import { z } from '../runtime/schema.ts';
import { powerHookSchema } from './power/power-hook.ts';

/** How a rig speaks to a DUT. */
export const RIG_TRANSPORTS = ['modbus-tcp', 'modbus-rtu', 'modbus-rtu-tcp', 'modbus-ascii'] as const;
export type RigTransport = (typeof RIG_TRANSPORTS)[number];

/** DUTs one map may hold. */
export const DUTS_MAX = 1_000;

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/u, 'expected lower-case letters, digits and hyphens, at most 64');
const fixture = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/u, 'expected lower-case letters, digits, _, . or -, at most 64');

const lineSchema = z.strictObject({
  baudRate: z.number().int().min(300).max(921_600).default(19_200),
  parity: z.enum(['none', 'even', 'odd']).default('even'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
});

const dutSchema = z.strictObject({
  id: id.describe('Names the DUT on the command line, in scenarios and in telemetry topics.'),
  model: z.string().max(128).default('').describe('What it is: maker, type, revision.'),
  transport: z.enum(RIG_TRANSPORTS),
  address: z
    .string()
    .min(1)
    .max(255)
    .describe('host:port; or a serial port, best by its stable name /dev/serial/by-id/...; host:port with modbus-rtu-tcp (or modbus-rtu) is a raw serial server.'),
  line: lineSchema.optional().describe('Settings of a serial port; 19200 8E1 when left out, as Modbus over Serial Line V1.02 asks.'),
  units: z.array(z.number().int().min(1).max(247)).min(1).max(247).default([1]).describe('Modbus unit ids of this DUT.'),
  timeout: durationMs.prefault('1s').describe('Longest wait for a complete response.'),
  profile: z.string().min(1).optional().describe('Shipped device profile, or a path from the folder of this file.'),
  fixtures: z.array(fixture).max(64).default([]).describe('Wiring or services on the rig that a case may ask for, such as loopback-rs485.'),
  connected: z.boolean().default(true).describe('False: known, but not on the bench now.'),
  power: powerHookSchema.optional().describe('How its supply is switched.'),
  notes: z.string().max(2_000).default(''),
});

/** The hardware map: what is on the bench, how it is reached, how its power is switched. */
export const hardwareMapSchema = z.strictObject({
  version: z.literal(1).default(1),
  duts: z.array(dutSchema).min(1).max(DUTS_MAX),
});

export type HardwareMap = z.infer<typeof hardwareMapSchema>;
export type HardwareMapInput = z.input<typeof hardwareMapSchema>;
/** One device under test, as the map states it. Times in milliseconds. */
export type Dut = HardwareMap['duts'][number];
export type DutInput = HardwareMapInput['duts'][number];
