import { durationMs } from '../../runtime/quantities.ts';
import { z } from '../../runtime/schema.ts';

const TEMPLATE = '{state} becomes on or off, {value} 1 or 0.';

const common = {
  timeout: durationMs.prefault('5s').describe('Longest wait for the switch itself.'),
  offFor: durationMs.prefault('2s').describe('How long a power cycle stays off.'),
  bootWithin: durationMs.prefault('30s').describe('How long the DUT may take to answer again after power on.'),
};

const commandSchema = z.strictObject({
  kind: z.literal('command'),
  command: z.array(z.string().min(1).max(1_024)).min(1).max(64).describe(`Program and arguments, run without a shell; ${TEMPLATE} Exit 0 is success.`),
  ...common,
});

const coilSchema = z.strictObject({
  kind: z.literal('modbus-coil'),
  address: z.string().min(1).max(255).describe('host:port of the relay module (Modbus TCP).'),
  unit: z.number().int().min(1).max(247).default(1),
  coil: z.number().int().min(0).max(65_535).describe('Zero-based PDU address of the coil.'),
  invert: z.boolean().default(false).describe('True: the coil is set to switch off.'),
  ...common,
});

const httpSchema = z.strictObject({
  kind: z.literal('http'),
  method: z.enum(['GET', 'POST', 'PUT']).default('GET'),
  url: z.string().regex(/^https?:\/\/\S+$/u, 'expected http://... or https://...').max(2_048).describe(TEMPLATE),
  body: z.string().max(65_536).optional().describe(TEMPLATE),
  headers: z.record(z.string().min(1), z.string()).default({}),
  ...common,
});

/** How the supply of a DUT is switched: a program, a coil of a relay module, or a request to a power distribution unit. */
export const powerHookSchema = z.discriminatedUnion('kind', [commandSchema, coilSchema, httpSchema]);

export type PowerHook = z.infer<typeof powerHookSchema>;
export type PowerHookInput = z.input<typeof powerHookSchema>;
export type PowerState = 'on' | 'off';

/** Fills `{state}` and `{value}`; every other brace stays as it is. */
export function fillPowerTemplate(text: string, state: PowerState): string {
  return text.replaceAll('{state}', state).replaceAll('{value}', state === 'on' ? '1' : '0');
}
