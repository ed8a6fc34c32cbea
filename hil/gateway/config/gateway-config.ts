import { durationMs, sizeBytes } from '../../runtime/quantities.ts';
import { LOG_LEVELS } from '../../runtime/log.ts';
import { READ_BITS_MAX, READ_REGISTERS_MAX } from '../../protocols/modbus/limits.ts';
import { z } from '../../runtime/schema.ts';
import { PRIMARY_TABLES } from '../southbound/device-profile.ts';

/** Lines of one gateway. */
const LINES_MAX = 20_000;

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/u, 'expected lower-case letters, digits and hyphens, at most 64');
const port = z.number().int().min(0).max(65_535).describe('0 lets the system choose; the ready line tells which.');
const host = z.string().min(1).max(255);
const duration = (fallback: string): z.ZodPrefault<typeof durationMs> => durationMs.prefault(fallback);

const gapRegisters = z.number().int().min(0).max(READ_REGISTERS_MAX).describe('Most unclaimed registers between two points that are read together.');
const gapBits = z.number().int().min(0).max(READ_BITS_MAX).describe('The same for coils and discrete inputs.');
const groupingEnabled = z.boolean().describe('With false each point is a request of its own.');

/** Gaps: 2 bytes a register and an eighth of a byte a bit on the line, against 17 bytes and the turnaround of one request more. */
const groupingSchema = z.strictObject({ enabled: groupingEnabled.default(true), gapRegisters: gapRegisters.default(16), gapBits: gapBits.default(64) });

const limitsSchema = z.strictObject({
  registersMax: z.number().int().min(1).max(READ_REGISTERS_MAX).default(READ_REGISTERS_MAX).describe('Most registers the device gives in one answer.'),
  bitsMax: z.number().int().min(1).max(READ_BITS_MAX).default(READ_BITS_MAX).describe('Most coils or discrete inputs.'),
});

const forbiddenSchema = z.strictObject({
  table: z.enum(PRIMARY_TABLES),
  address: z.number().int().min(0).max(65_535).describe('The first; zero-based PDU address.'),
  count: z.number().int().min(1).max(65_536).default(1),
});

const deviceSchema = z.strictObject({
  id: id.describe('Becomes the device part of the topic.'),
  unit: z.number().int().min(1).max(247).describe('Modbus unit id.'),
  profile: z.string().min(1).describe('Name of a shipped profile, or a path to a device-profile YAML file.'),
  pollEvery: duration('1s'),
  grouping: z
    .strictObject({ enabled: groupingEnabled.optional(), gapRegisters: gapRegisters.optional(), gapBits: gapBits.optional() })
    .default({})
    .describe('What differs from the grouping of the line.'),
  limits: limitsSchema.prefault({}),
  forbidden: z.array(forbiddenSchema).max(256).default([]).describe('Addresses that no request may touch, not even to bridge a gap.'),
});

const lineCommon = {
  id,
  timeout: duration('1s').describe('Longest wait for a complete response.'),
  retries: z.number().int().min(0).max(5).default(1),
  grouping: groupingSchema.prefault({}),
  devices: z.array(deviceSchema).min(1).max(247),
};

const tcpLineSchema = z.strictObject({
  ...lineCommon,
  transport: z.literal('modbus-tcp'),
  host: host.default('127.0.0.1'),
  port: port.default(502),
  outstandingMax: z.number().int().min(1).max(255).default(1).describe('Requests that may wait for their answers at once. Many devices take only one.'),
});

const serialLine = {
  path: z.string().min(1).describe('Serial port, e.g. /dev/ttyUSB0.'),
  baudRate: z.number().int().min(300).max(921_600).default(19_200),
  parity: z.enum(['none', 'even', 'odd']).default('even'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
};
const rtuLineSchema = z.strictObject({ ...lineCommon, transport: z.literal('modbus-rtu'), ...serialLine });
const rtuTcpLineSchema = z.strictObject({
  ...lineCommon,
  transport: z.literal('modbus-rtu-tcp'),
  host: host.default('127.0.0.1').describe('Of a raw serial server: bytes of the TCP connection go out on its serial line as they are, and back.'),
  port: port.min(1).describe('The serial server has one for each of its lines.'),
  baudRate: serialLine.baudRate.describe('As the serial server is set: the time of a frame on the line is added to the timeout.'),
});
const asciiLineSchema = z.strictObject({ ...lineCommon, transport: z.literal('modbus-ascii'), ...serialLine });

const southboundSchema = z.strictObject({
  lines: z.array(z.discriminatedUnion('transport', [tcpLineSchema, rtuLineSchema, rtuTcpLineSchema, asciiLineSchema])).max(LINES_MAX).default([]),
  commands: z
    .strictObject({ enabled: z.boolean().default(false).describe('Write what is published on command/{device}/{point}; any MQTT client may then write.') })
    .prefault({}),
});

const forwardSchema = z.strictObject({
  filter: z.string().min(1).describe('MQTT topic filter of the messages that go up.'),
  qos: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal('as-received')]).default('as-received'),
});

const uplinkSchema = z.strictObject({
  url: z.string().regex(/^mqtt:\/\/[^/\s]+:\d+$/u, 'expected mqtt://host:port'),
  clientId: z.string().min(1).max(64).optional().describe('Defaults to the id of the gateway.'),
  keepalive: duration('15s').describe('A dead link is noticed after one and a half times this.'),
  connectTimeout: duration('5s'),
  reconnect: z.strictObject({ minimum: duration('200ms'), maximum: duration('5s') }).prefault({}),
  forward: z.array(forwardSchema).min(1).max(64).default([{ filter: 'telemetry/#', qos: 1 }, { filter: 'devices/#', qos: 'as-received' }]),
  storeAndForward: z
    .strictObject({
      enabled: z.boolean().default(true),
      messagesMax: z.number().int().min(1).max(10_000_000).default(100_000),
      bytesMax: sizeBytes.prefault('64MB'),
      inFlightMax: z.number().int().min(1).max(1_000).default(64),
    })
    .prefault({}),
});

/** What the broker of our own keeps, and when it counts as kept. */
const storeSchema = z.strictObject({
  policy: z
    .enum(['memory', 'os', 'fsync'])
    .optional()
    .describe('When a message is acknowledged: at once (memory), when the operating system has it (os: outlives the process), when the medium has it (fsync: outlives a cut supply). Default: os with a path, memory without.'),
  path: z.string().min(1).max(1_024).optional().describe('Folder of its own for os and fsync; a relative one starts at the folder of the configuration.'),
  bytesMax: sizeBytes.prefault('1GiB').describe('Payload of queued and retained messages. At the bound QoS 1 and 2 are refused: reason code 0x97, in 3.1.1 by closing.'),
  messagesMax: z.number().int().min(1).max(100_000_000).default(2_000_000).describe('Queued and retained messages; the same rule.'),
});

/** The one configuration file of the gateway. Every default is a value that a plant could run with. */
export const gatewayConfigSchema = z.strictObject({
  id,
  mqtt: z
    .strictObject({
      host: host.default('127.0.0.1'),
      port: port.default(1_883),
      websocket: z.strictObject({ port }).optional().describe('MQTT over WebSocket on the same host; only with broker.engine core.'),
    })
    .prefault({}),
  http: z.strictObject({ host: host.default('127.0.0.1'), port: port.default(8_080) }).prefault({}),
  broker: z
    .strictObject({
      engine: z.enum(['aedes', 'core']).default('aedes').describe('core is our own and serves MQTT 5.0 besides 3.1.1; aedes serves 3.1.1.'),
      packetBytesMax: sizeBytes.prefault('1MiB').describe('A larger MQTT packet ends its connection.'),
      connectionsMax: z.number().int().min(1).max(1_000_000).default(20_000),
      queuedMessagesMax: z.number().int().min(1).max(1_000_000).default(10_000).describe('Queued for one absent persistent session.'),
      store: storeSchema.prefault({}).describe('Of the core engine; aedes keeps everything in memory.'),
    })
    .prefault({}),
  southbound: southboundSchema.prefault({}),
  telemetry: z
    .strictObject({
      topic: z.string().default('telemetry/{device}/{point}').describe('{device} and {point} are filled in.'),
      qos: z.union([z.literal(0), z.literal(1), z.literal(2)]).default(1),
    })
    .prefault({}),
  uplink: uplinkSchema.optional(),
  log: z.strictObject({ level: z.enum(LOG_LEVELS).default('info') }).prefault({}),
});

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
export type GatewayConfigInput = z.input<typeof gatewayConfigSchema>;
export type SouthboundLineConfig = GatewayConfig['southbound']['lines'][number];
export type SouthboundDeviceConfig = SouthboundLineConfig['devices'][number];
export type UplinkConfig = NonNullable<GatewayConfig['uplink']>;
