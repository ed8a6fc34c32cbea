import { Counter, Gauge, Registry } from 'prom-client';
import type { GatewayStatus } from './gateway-status.ts';

/** What can be measured in one moment; the process part is read when it is asked for. */
export interface MetricsSource extends GatewayStatus {
  readonly uptimeSeconds: number;
}

interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly label?: string;
  readonly read: (source: MetricsSource) => readonly Sample[];
}

const PREFIX = 'fieldproof_gateway_';
const MICROSECONDS_PER_SECOND = 1_000_000;

type Read<Value> = (source: MetricsSource) => Value;

/** One figure, or none at the moment. */
function single(read: Read<number | boolean | undefined>): MetricDefinition['read'] {
  return (source) => {
    const value = read(source);
    return value === undefined ? [] : [{ value: Number(value) }];
  };
}

/** One figure for each value of a label. */
function labelled(label: string, read: Read<Readonly<Record<string, number>> | undefined>): Pick<MetricDefinition, 'label' | 'read'> {
  return { label, read: (source) => Object.entries(read(source) ?? {}).map(([key, value]) => ({ value, labels: { [label]: key } })) };
}

function counter(name: string, help: string, read: Read<number | undefined>): MetricDefinition {
  return { name: `${name}_total`, help, kind: 'counter', read: single(read) };
}

function gauge(name: string, help: string, read: Read<number | boolean | undefined>): MetricDefinition {
  return { name, help, kind: 'gauge', read: single(read) };
}

/** Every metric of the gateway. Names follow the Prometheus conventions: base units, `_total` for counters. */
const METRICS: readonly MetricDefinition[] = [
  counter('messages_accepted', 'MQTT messages accepted, from clients and own, duplicates excluded.', ({ broker }) => broker.messagesAccepted),
  counter('messages_delivered', 'MQTT messages sent to subscribers, resends excluded.', ({ broker }) => broker.messagesDelivered),
  gauge('clients_connected', 'MQTT clients connected now.', ({ broker }) => broker.connectedClients),
  {
    name: 'refusals_total',
    help: 'Connections ended and messages dropped by a bound or for malformed input, by reason.',
    kind: 'counter',
    ...labelled('reason', ({ broker }) => broker.refused),
  },
  counter('broker_store_writes', "Writes of the broker's store; each commits one turn or several that waited together.", ({ broker }) => broker.store?.writes),
  counter('broker_store_written_bytes', "Bytes of keys and values that the broker's store wrote.", ({ broker }) => broker.store?.writtenBytes),
  counter('broker_store_failures', "Writes of the broker's store that failed.", ({ broker }) => broker.store?.failures),
  gauge('broker_store_failing', "Whether the broker cannot store now, 1 or 0; absent for a store in memory.", ({ broker }) => (broker.store === undefined ? undefined : broker.store.failure !== undefined)),
  gauge('broker_store_payload_bytes', 'Payload of stored messages.', ({ broker }) => broker.store?.payloadBytes),
  gauge('broker_store_recovery_seconds', "Time that reading the broker's store took at the start.", ({ broker }) => (broker.store === undefined ? undefined : broker.store.recovery.tookMs / 1_000)),
  gauge('broker_store_lost_commits', "Commits that the broker's store was known to have made and had lost at the start.", ({ broker }) => broker.store?.recovery.lostCommits),
  {
    name: 'broker_store_rows',
    help: "Rows of the broker's store, by kind.",
    kind: 'gauge',
    ...labelled('kind', ({ broker }) => broker.store?.rows),
  },
  {
    name: 'broker_store_lost_rows_total',
    help: "Rows of the broker's store that damage took, by kind.",
    kind: 'counter',
    ...labelled('kind', ({ broker }) => broker.store?.lost),
  },
  counter('southbound_requests', 'Modbus requests sent, repetitions included.', ({ southbound }) => southbound.requests),
  counter('southbound_timeouts', 'Modbus requests that no response came to in time.', ({ southbound }) => southbound.timeouts),
  counter('southbound_exceptions', 'Modbus exception responses.', ({ southbound }) => southbound.exceptions),
  counter('southbound_corrupt', 'Modbus responses that did not decode.', ({ southbound }) => southbound.corrupt),
  counter('southbound_late', 'Modbus responses that answered no outstanding request; dropped.', ({ southbound }) => southbound.late),
  counter('southbound_overruns', 'Polls skipped because their line was still busy.', ({ southbound }) => southbound.overruns),
  counter('southbound_reports', 'Values of points that were published as telemetry.', ({ southbound }) => southbound.reports),
  {
    name: 'southbound_line_connected',
    help: 'Whether the southbound line is connected, 1 or 0.',
    kind: 'gauge',
    ...labelled('line', ({ southbound }) => Object.fromEntries(southbound.lines.map(({ id, connected }) => [id, Number(connected)]))),
  },
  gauge('uplink_connected', 'Whether the uplink is connected, 1 or 0; absent without an uplink.', ({ uplink }) => uplink?.isUp),
  gauge('uplink_backlog_messages', 'Messages stored for the uplink, those in flight excluded.', ({ uplink }) => uplink?.messages),
  gauge('uplink_backlog_bytes', 'Bytes of topics and payloads stored for the uplink.', ({ uplink }) => uplink?.bytes),
  gauge('uplink_in_flight_messages', 'Messages sent to the far broker and not acknowledged.', ({ uplink }) => uplink?.inFlight),
  counter('uplink_forwarded', 'Messages acknowledged by the far broker.', ({ uplink }) => uplink?.forwarded),
  {
    name: 'uplink_dropped_total',
    help: 'Messages that will never arrive at the far broker, by reason.',
    kind: 'counter',
    ...labelled('reason', ({ uplink }) => uplink?.dropped),
  },
  gauge('process_resident_memory_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss()),
  gauge('process_heap_used_bytes', 'JavaScript heap in use.', () => process.memoryUsage().heapUsed),
  counter('process_cpu_seconds', 'User and system CPU time of the process.', () => cpuSeconds()),
  gauge('uptime_seconds', 'Time since the gateway started.', ({ uptimeSeconds }) => uptimeSeconds),
];

/** The gateway's metrics in the Prometheus text format, in a registry of their own. */
export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
}

export function createMetrics(read: () => MetricsSource): Metrics {
  const registry = new Registry();
  const updates = METRICS.map((definition) => register(definition, registry));
  return {
    contentType: registry.contentType,
    render() {
      const source = read();
      for (const update of updates) update(source);
      return registry.metrics();
    },
  };
}

/** A metric that has no value now (no uplink) must not show the 0 that `reset` puts there for one without a label. */
function register({ name, help, kind, label, read }: MetricDefinition, registry: Registry): (source: MetricsSource) => void {
  const options = { name: PREFIX + name, help, registers: [registry], labelNames: label === undefined ? [] : [label] };
  if (kind === 'gauge') {
    const shown = new Gauge(options);
    return (source) => {
      shown.reset();
      const samples = read(source);
      if (samples.length === 0 && label === undefined) shown.remove();
      for (const { value, labels } of samples) shown.set(labels ?? {}, value);
    };
  }
  const shown = new Counter(options);
  return (source) => {
    // The totals are kept where they arise; the counter is only their copy at this moment.
    shown.reset();
    const samples = read(source);
    if (samples.length === 0 && label === undefined) shown.remove();
    for (const { value, labels } of samples) shown.inc(labels ?? {}, value);
  };
}


function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS_PER_SECOND;
}
