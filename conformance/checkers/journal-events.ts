import type { GatewayEvents } from '../../hil/gateway/gateway-events.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { FleetEvents } from '../../sim/fleet/fleet-events.ts';
import type { LinkEvents } from '../../sim/link/link-events.ts';
import type { ModbusCounters } from '../../sim/modbus-faults/modbus-fault-events.ts';
import type { PlcEvents } from '../../sim/plc/plc-events.ts';
import type { RunEvents } from '../run-events.ts';
import type { History } from './history.ts';

/** An event that checkers read from journals: its type and the shape that its data must have. */
export interface JournalEvent<Data> {
  readonly type: string;
  readonly schema: z.ZodType<Data>;
}

/** One entry of a journal with its data typed. `t` in milliseconds since the start of the run. */
export interface Seen<Data> {
  readonly seq: number;
  readonly t: number;
  readonly source: string;
  readonly data: Data;
}

/**
 * The entries of one event in order of the journal.
 * @throws Error when an entry does not have the shape: the testbed wrote it, so the judgement becomes `error`.
 */
export function seen<Data>(history: History, event: JournalEvent<Data>): Seen<Data>[] {
  return history.ofType(event.type).map(({ seq, t, source, data }) => {
    const parsed = event.schema.safeParse(data);
    if (!parsed.success) throw new Error(`journal entry ${seq}: ${event.type} lacks the shape of its event (${z.prettifyError(parsed.error)})`);
    return { seq, t, source, data: parsed.data };
  });
}

const pointValue = z.union([z.number(), z.boolean(), z.string()]);
const device = z.string();
const client = z.string();
const at = z.string();
const n = z.number().int();
const qos = z.number().int();
const sample = { device, point: z.string(), n, boot: z.string(), v: pointValue, wallMs: z.number() };

export const telemetryPublished: JournalEvent<GatewayEvents['telemetry.published']> = {
  type: 'telemetry.published',
  schema: z.object(sample),
};

export const telemetryReceived: JournalEvent<FleetEvents['telemetry.received']> = {
  type: 'telemetry.received',
  schema: z.object({ at, ...sample, qos, dup: z.boolean() }),
};

export const plcDevice: JournalEvent<PlcEvents['plc.device']> = {
  type: 'plc.device',
  schema: z.object({
    device,
    unit: z.number(),
    profile: z.string(),
    points: z.array(z.object({ name: z.string(), units: z.string(), resolution: z.number(), deadband: z.number(), maxSilenceMs: z.number() })),
  }),
};

export const plcServed: JournalEvent<PlcEvents['plc.served']> = {
  type: 'plc.served',
  schema: z.object({ device, unit: z.number(), values: z.record(z.string(), pointValue) }),
};

export const rigDevice: JournalEvent<RunEvents['rig.device']> = {
  type: 'rig.device',
  schema: z.object({
    dut: z.string(),
    device,
    unit: z.number(),
    gateway: z.string(),
    line: z.string(),
    profile: z.string(),
    token: z.number(),
    points: z.array(z.object({ name: z.string(), units: z.string(), resolution: z.number(), deadband: z.number(), maxSilenceMs: z.number() })),
  }),
};

export const southboundLost: JournalEvent<Pick<GatewayEvents['southbound.lost'], 'line'>> = {
  type: 'southbound.lost',
  schema: z.object({ line: z.string() }),
};

export const southboundConnected: JournalEvent<GatewayEvents['southbound.connected']> = {
  type: 'southbound.connected',
  schema: z.object({ line: z.string() }),
};

export const southboundFailed: JournalEvent<Pick<GatewayEvents['southbound.failed'], 'device' | 'kind'>> = {
  type: 'southbound.failed',
  schema: z.object({ device, kind: z.string() }),
};

export const southboundLate: JournalEvent<GatewayEvents['southbound.late']> = {
  type: 'southbound.late',
  schema: z.object({ line: z.string(), answers: z.number() }),
};

export const observerSubscribed: JournalEvent<FleetEvents['observer.subscribed']> = { type: 'observer.subscribed', schema: z.object({ at }) };
export const mqttConnected: JournalEvent<FleetEvents['mqtt.connected']> = { type: 'mqtt.connected', schema: z.object({ client, at }) };
export const mqttSent: JournalEvent<FleetEvents['mqtt.sent']> = { type: 'mqtt.sent', schema: z.object({ client, n, qos }) };
export const mqttAcked: JournalEvent<FleetEvents['mqtt.acked']> = { type: 'mqtt.acked', schema: z.object({ client, n, qos }) };

export const mqttReceived: JournalEvent<FleetEvents['mqtt.received']> = {
  type: 'mqtt.received',
  schema: z.object({ at, client, n, qos, dup: z.boolean(), latencyMs: z.number() }),
};

export const processSample: JournalEvent<{ rssBytes: number }> = { type: 'process.sample', schema: z.object({ rssBytes: z.number() }) };

export const linkSample: JournalEvent<LinkEvents['link.sample']> = {
  type: 'link.sample',
  schema: z.object({
    open: z.number(),
    connections: z.number(),
    bytesUp: z.number(),
    bytesDown: z.number(),
    dropped: z.number(),
    held: z.number(),
    delayed: z.number(),
    throttledMs: z.number(),
    sliced: z.number(),
    resets: z.number(),
    faults: z.array(z.string()),
  }),
};

export const modbusSample: JournalEvent<ModbusCounters> = {
  type: 'modbus.sample',
  schema: z.object({
    requests: z.number(),
    responses: z.number(),
    exception: z.number(),
    noReply: z.number(),
    slowReply: z.number(),
    wrongUnit: z.number(),
    wrongTransactionId: z.number(),
    stuckValue: z.number(),
    drift: z.number(),
    crcError: z.number(),
    collision: z.number(),
    noise: z.number(),
    partialFrame: z.number(),
    gap: z.number(),
    echo: z.number(),
    serialDisconnect: z.number(),
    bitErrors: z.number(),
    lost: z.number(),
    unlistedHits: z.number(),
  }),
};

export const faultStarted: JournalEvent<Pick<RunEvents['fault.started'], 'fault' | 'on'>> = {
  type: 'fault.started',
  schema: z.object({ fault: z.string(), on: z.string() }),
};

export const childDied: JournalEvent<RunEvents['child.died']> = { type: 'child.died', schema: z.object({ child: z.string(), detail: z.string() }) };
