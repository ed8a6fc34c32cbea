import { z } from '../../hil/runtime/schema.ts';

/** Simulated clients of one process: each holds a connection, and they share one event loop. */
export const FLEET_CLIENTS_MAX = 2_000;

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/u, 'expected lower-case letters, digits and hyphens, at most 64');
const url = z.string().regex(/^mqtt:\/\/[^/\s]+:\d+$/u, 'expected mqtt://host:port');
const qos = z.union([z.literal(0), z.literal(1), z.literal(2)]);
const protocolVersion = z.union([z.literal(4), z.literal(5)]).describe('4 = MQTT 3.1.1, 5 = MQTT 5.0.');
const topicFilter = z.string().min(1).max(1_024);

const observerSchema = z.strictObject({
  id: id.describe('The gateway it stands at.'),
  url,
  protocolVersion: protocolVersion.default(4),
  filters: z.array(topicFilter).min(1).max(64).default(['telemetry/#', 'devices/#']),
  qos: qos.default(2).describe('Highest QoS it takes; 2 leaves every message as it was published.'),
});

const publisherSchema = z.strictObject({
  group: id.describe('Clients are called <group>-1, <group>-2, ...'),
  count: z.number().int().min(1).max(FLEET_CLIENTS_MAX),
  url,
  at: id.describe('The gateway they connect to.'),
  protocolVersion: protocolVersion.default(4),
  qos: z.array(qos).min(1).max(16).default([0, 1, 2]).describe('Cycled over the clients: the first client takes the first.'),
  ratePerSecond: z.number().positive().max(1_000).default(1).describe('Messages of each client.'),
  payloadBytes: z.number().int().min(1).max(1_048_576).default(64).describe('Size of each message; one that its fields alone exceed is as long as they are.'),
  connectsPerSecond: z.number().positive().max(10_000).default(100),
  topic: z
    .string()
    .min(1)
    .max(1_024)
    .regex(/^[^+#]*(?:^|\/)\{client\}(?:\/[^+#]*)?$/u, 'expected a topic with the level {client} and without + and #')
    .default('devices/{client}/data'),
});

/** What `fieldproof sim fleet` is told. */
export const fleetOptionsSchema = z.strictObject({
  observers: z.array(observerSchema).max(64).default([]),
  publishers: z
    .array(publisherSchema)
    .max(64)
    .refine(
      (groups) => groups.reduce((sum, { count }) => sum + count, 0) <= FLEET_CLIENTS_MAX,
      `expected at most ${FLEET_CLIENTS_MAX} clients in all groups together`,
    )
    .refine((groups) => new Set(groups.map(({ group }) => group)).size === groups.length, 'expected each group to have a name of its own')
    .default([]),
});

export type FleetOptions = z.infer<typeof fleetOptionsSchema>;
export type FleetOptionsInput = z.input<typeof fleetOptionsSchema>;
export type ObserverOptions = FleetOptions['observers'][number];
export type PublisherOptions = FleetOptions['publishers'][number];
