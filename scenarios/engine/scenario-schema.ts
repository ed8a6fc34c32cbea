import type { Checker } from '../../conformance/checkers/checker.ts';
import { CHECKERS } from '../../conformance/checkers/checker-table.ts';
import { PUBLIC_FUNCTION_CODES } from '../../hil/protocols/modbus/function-code.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { durationMs, ratePerSecond, sizeBytes } from '../../hil/runtime/quantities.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { LinkFaultKind } from '../../sim/link/link-fault-kind.ts';
import { LINK_FAULTS } from '../../sim/link/faults/fault-table.ts';
import { MODBUS_FAULTS } from '../../sim/modbus-faults/faults/fault-table.ts';
import type { ModbusFaultKind } from '../../sim/modbus-faults/modbus-fault-kind.ts';
import { AT_END } from '../../sim/plc/recording/recorded-timeline.ts';
import { CAPTURE_MODES } from './capture-mode.ts';
import { phaseInstant } from './time-expression.ts';
import { UNTIL_CONDITIONS } from './until-condition.ts';

const id = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/u, 'expected a lower-case letter, then letters, digits or hyphens, at most 64');

const gatewaySchema = z.strictObject({
  id,
  config: z.string().min(1).describe('Gateway configuration file, relative to the scenario file. Ports, lines and uplink address are filled in.'),
});

const functionCode = z.literal(PUBLIC_FUNCTION_CODES, `expected one of the public function codes: ${PUBLIC_FUNCTION_CODES.join(', ')}`);

const plcSchema = z.strictObject({
  group: id.describe('Devices are called <group>-1, <group>-2, ...'),
  profile: z.string().min(1).optional().describe('Name of a shipped device profile, or a path to one.'),
  recording: z
    .string()
    .min(1)
    .optional()
    .describe('In place of a profile: a recording that `fieldproof rig record` made, relative to the scenario file. Values, exceptions, silences and delays are replayed.'),
  atEnd: z.enum(AT_END).optional().describe('When the recording ends: begin anew (`loop`, the default), or stay at what was seen last.'),
  functionCodes: z
    .array(functionCode)
    .min(1)
    .max(PUBLIC_FUNCTION_CODES.length)
    .optional()
    .describe('The public function codes that the devices serve; any other is refused with exception 01. Default: all 19, of a recording what was recorded.'),
  count: z.number().int().min(1).max(1_000).optional().describe('How many devices, each with a listener of its own; for modbus-tcp.'),
  units: z.array(z.number().int().min(1).max(247)).min(1).max(247).optional().describe('Unit ids on one serial line; for modbus-rtu and modbus-ascii.'),
  transport: z.enum(['modbus-tcp', 'modbus-rtu', 'modbus-ascii']),
  baud: z.number().int().min(300).max(921_600).default(19_200),
  parity: z.enum(['none', 'even', 'odd']).default('even'),
  pollEvery: durationMs.prefault('1s').describe('How often the gateway polls each device.'),
  gateway: id.describe('The gateway that polls them.'),
});

const realSchema = z.strictObject({
  dut: id.describe('A DUT of the hardware map that the run is given with --rig.'),
  gateway: id.describe('The gateway that polls it.'),
  pollEvery: durationMs.prefault('1s').describe('How often.'),
});

const deviceSchema = z.strictObject({
  group: id.describe('Clients are called <group>-1, <group>-2, ...'),
  count: z.number().int().min(1).max(2_000),
  protocol: z.enum(['mqtt-3.1.1', 'mqtt-5']),
  gateway: id.describe('The gateway they connect to.'),
  connectRate: ratePerSecond.prefault('100/s'),
  publishRate: ratePerSecond.prefault('1/s').describe('Messages of each client.'),
  qos: z.array(z.union([z.literal(0), z.literal(1), z.literal(2)])).min(1).max(16).default([0, 1, 2]).describe('Cycled over the clients.'),
  payload: sizeBytes.prefault('64B').describe('Size of each message, 40 bytes at least.'),
});

const linkSchema = z.strictObject({ id, between: z.tuple([id, id]).describe('The uplink of the first gateway to the second.') });

const phaseSchema = z.union([
  z.strictObject({ name: id, for: durationMs }),
  z.strictObject({ name: id, until: z.enum(UNTIL_CONDITIONS), timeout: durationMs }),
]);

const drawn = <Schema extends z.ZodType>(one: Schema): z.ZodUnion<[Schema, z.ZodObject<{ between: z.ZodTuple<[Schema, Schema], null> }, z.core.$strict>]> =>
  z.union([one, z.strictObject({ between: z.tuple([one, one]).describe('Drawn from the seed, both ends included.') })]);

const faultCommon = {
  at: drawn(phaseInstant).optional(),
  when: z
    .strictObject({
      event: z.string().describe('Type of an observation in the journal, e.g. uplink.connected.'),
      source: z.string().optional(),
      nth: z.number().int().min(1).default(1),
    })
    .optional(),
  for: drawn(durationMs).optional().describe('How long it stays in force; without it, until the end of the last phase.'),
  times: z.number().int().min(1).max(1_000).default(1).describe('Drawn so often, each with instants of its own.'),
  on: id.describe('What it acts on: a link, or for modbus.* and serialDisconnect a PLC group.'),
};

const faultCommonSchema = z.strictObject(faultCommon);

const faultVariants = [...LINK_FAULTS, ...MODBUS_FAULTS].map(({ kind, purpose, params }) =>
  z.strictObject({ kind: z.literal(kind), ...faultCommon, ...params.shape }).describe(purpose),
);

const checkers: readonly Checker[] = CHECKERS;
const checkVariants = checkers.map(({ that, purpose, params }) => z.strictObject({ that: z.literal(that), ...params.shape }).describe(purpose));

/** The scenario file: one schema for the types, the check of the command line and the published JSON Schema. */
export const scenarioSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/u, 'expected lower-case letters, digits, hyphens or dots, at most 64'),
  description: z.string().min(1).max(2_000),
  expect: z.enum(['pass', 'fail']).default('pass').describe('What a sound testbed gives. `fail` marks a scenario that proves its checks can fail; the verdict stays what it is.'),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('Drawn and printed when left out.'),
  clock: z.enum(['real', 'virtual']).default('real'),
  capture: z.enum(CAPTURE_MODES).default('links').describe('Packets kept in capture.pcapng. `links`: faulted links, serial lines, lines of real devices; `all`: Modbus/TCP and the brokers too; --capture overrides.'),
  variables: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/u), z.string()).default({}).describe('Defaults of ${name} in this file; --var name=value overrides.'),
  topology: z.strictObject({
    gateways: z.array(gatewaySchema).min(1).max(16),
    plcs: z.array(plcSchema).max(64).default([]),
    real: z.array(realSchema).max(64).default([]).describe('Devices of the lab, beside the simulated ones.'),
    devices: z.array(deviceSchema).max(64).default([]),
    links: z.array(linkSchema).max(64).default([]),
  }),
  phases: z.array(phaseSchema).min(1).max(64),
  faults: z.array(z.discriminatedUnion('kind', atLeastOne(faultVariants))).max(1_000).default([]),
  checks: z.array(z.discriminatedUnion('that', atLeastOne(checkVariants))).min(1, 'a scenario without a check proves nothing').max(200),
});

export type Scenario = z.infer<typeof scenarioSchema>;
type CheckInputOf<One> = One extends Checker<infer Params, infer That> ? { that: That } & z.input<Params> : never;
type FaultInputOf<One> = One extends LinkFaultKind<infer Kind, infer Params> | ModbusFaultKind<infer Kind, infer Params> ? { kind: Kind } & FaultCommonInput & z.input<Params> : never;
type FaultCommonInput = Partial<Omit<z.input<typeof faultCommonSchema>, 'on'>> & { on: string };

/** What a person writes. The tables of checks and faults give each its own keys, so that the compiler knows them. */
export type ScenarioInput = Omit<z.input<typeof scenarioSchema>, 'checks' | 'faults'> & {
  checks: CheckInputOf<(typeof CHECKERS)[number]>[];
  faults?: FaultInputOf<(typeof LINK_FAULTS)[number] | (typeof MODBUS_FAULTS)[number]>[];
};
export type ScenarioFault = Scenario['faults'][number];
export type ScenarioReal = Scenario['topology']['real'][number];
export type ScenarioPlcs = Scenario['topology']['plcs'][number];

function atLeastOne<T>(items: readonly T[]): [T, ...T[]] {
  const [first, ...rest] = items;
  if (first === undefined) throw new FieldproofError('FP_INTERNAL', 'a table behind the scenario schema is empty');
  return [first, ...rest];
}
