import type { Finding, Judgement } from '../conformance/judgement.ts';
import { EXAMPLE_DURATION_MS, exampleSeries, PARTITION, THROTTLE } from './example-series.contract.ts';
import type { CheckRecord, FaultRecord, RunRecord } from './record.ts';

const PARTITION_ID = 'partition@uplink#1';
const THROTTLE_ID = 'bandwidth@uplink#1';

/** A flagship run that passes: edge and cloud gateway, 20 pump stations, 3 drives, 200 clients, two faults. */
export function passRecord(): RunRecord {
  const pumps = Array.from({ length: 20 }, (_none, index) => `pumps-${index + 1}`);
  return {
    schemaVersion: 1,
    runId: '20261122T121804.123Z-4711',
    scenario: {
      name: 'offline/partition-and-throttle',
      description: 'An edge gateway loses its uplink for 10 s, then has a tenth of its bandwidth for 10 s; PLCs and clients go on.',
      file: 'scenarios/catalog/offline/partition-and-throttle.yaml',
      sha256: '9d5c1f0e6ab34b7f8d1c2e3f405162738495a6b7c8d9e0f1a2b3c4d5e6f70819',
    },
    verdict: 'pass',
    exitCode: 0,
    reasons: [],
    seed: 4711,
    tier: 'T1',
    repeats: 'the schedule of phases, faults and loads; not the exact timing',
    startedAt: '2026-11-22T12:18:04.123Z',
    durationMs: EXAMPLE_DURATION_MS + 212,
    variables: { clients: '200', partition: '10s' },
    environment: {
      fieldproof: '0.1.0',
      node: 'v20.20.2',
      platform: 'linux x64',
      cpu: 'AMD EPYC 7B13',
      cpus: 2,
      memoryBytes: 8_324_292_608,
    },
    topology: {
      gateways: [{ id: 'edge-1', uplinkTo: 'cloud' }, { id: 'cloud', uplinkTo: null }],
      plcs: [
        { group: 'pumps', gateway: 'edge-1', transport: 'modbus-tcp', devices: pumps },
        { group: 'line-a', gateway: 'edge-1', transport: 'modbus-rtu', devices: ['line-a-1', 'line-a-2', 'line-a-3'] },
      ],
      devices: [{ group: 'sensors', gateway: 'edge-1', count: 200 }],
      links: [{ id: 'uplink', between: ['edge-1', 'cloud'] }],
    },
    phases: [
      { name: 'warmup', startMs: 0, endMs: 5_003 },
      { name: 'steady', startMs: 5_003, endMs: 14_006 },
      { name: 'disrupt', startMs: 14_006, endMs: 39_020 },
      { name: 'recover', startMs: 39_020, endMs: EXAMPLE_DURATION_MS },
    ],
    faults: [partitionFault(), throttleFault()],
    checks: exampleChecks(),
    series: exampleSeries(),
    processes: [
      process('edge-1', 'gateway', 41_201, ['mqtt://127.0.0.1:40113', 'http://127.0.0.1:40115'], 96_403_456, 11_840),
      process('cloud', 'gateway', 41_202, ['mqtt://127.0.0.1:40121', 'http://127.0.0.1:40123'], 71_204_864, 7_310),
      process('plcs', 'plc', 41_210, ['modbus-tcp://127.0.0.1:40201', 'modbus-rtu:/dev/pts/4'], 58_920_960, 3_120),
      process('sensors', 'fleet', 41_215, [], 84_115_456, 9_460),
      process('uplink', 'link', 41_218, ['tcp://127.0.0.1:40301'], 49_807_360, 1_905),
    ],
    journal: { file: 'events.ndjson', entries: 68_214, headHash: '4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce' },
    scheduleSha256: 'b17ef6d19c7a5b1ee83b907c595526dcb1eb06db8227d650d5dda0a9f4ce8cd9',
    replayCommand: 'fieldproof run offline/partition-and-throttle --seed 4711 --var clients=200 --var partition=10s',
  };
}

/** Samples are lost during the partition: the store-and-forward queue was too small. One more check has no data. */
export function failRecord(): RunRecord {
  const lost = lostSamples(37);
  const series = exampleSeries().map((one) => {
    const full = one.points.map(([t, held]): [number, number] => [t, Math.min(held, 4_000)]);
    return one.plot === 'backlog' ? { ...one, points: full } : one;
  });
  return withJudgements({ ...passRecord(), series, verdict: 'fail', exitCode: 1 }, {
    'telemetry.complete': {
      verdict: 'fail',
      because: '37 of 14,208 published samples never reached cloud, all published while the uplink was parted.',
      figures: { published: 14_208, received: 14_171, lost: 37, reordered: 0, lossPercent: 0.26 },
      findings: lost,
      findingsTotal: lost.length,
    },
    'uplink.dropped': {
      verdict: 'fail',
      because: 'The uplink dropped 37 messages because its queue of 4,000 was full.',
      figures: { dropped: 37, queueMax: 4_000, backlogMax: 4_000 },
      findings: [{ t: 24_771.4, text: 'edge-1 dropped the oldest message: queue full at 4,000 messages', faults: [PARTITION_ID] }],
      findingsTotal: 37,
    },
    'southbound.errors': {
      verdict: 'inconclusive',
      because: 'Only 12 requests were seen on line-a; the check needs 100.',
      figures: { requests: 12, minRequests: 100 },
      findings: [],
      findingsTotal: 0,
    },
  });
}

/** Nothing came through the observers: there is no evidence, so there is no pass. */
export function inconclusiveRecord(): RunRecord {
  const because = 'No message was observed at cloud.';
  const nothing: Judgement = { verdict: 'inconclusive', because, figures: { samples: 0 }, findings: [], findingsTotal: 0 };
  const judged = withJudgements(passRecord(), {
    'telemetry.complete': nothing,
    'qos2.exactlyOnce': nothing,
    'mqtt.latency': { ...nothing, figures: { samples: 0, minSamples: 1_000 } },
  });
  const reasons = ['The observer at gateway cloud received nothing during the whole run.'];
  const series = exampleSeries().filter(({ label }) => !label.startsWith('cloud'));
  return { ...judged, verdict: 'inconclusive', exitCode: 3, reasons, series };
}

/** A child of the testbed died at 19.4 s: checks could not be judged, the second fault never began, the first was not undone. */
export function errorRecord(): RunRecord {
  const diedMs = 19_400;
  const record = passRecord();
  const because = 'The run ended before the phase this check looks at.';
  const cut: Judgement = { verdict: 'error', because, figures: {}, findings: [], findingsTotal: 0 };
  const judged = withJudgements(record, {
    'shadow.converged': cut,
    'telemetry.complete': { ...cut, because: 'The fleet died at 19.400 s; what it had sent is unknown.' },
  });
  return {
    ...judged,
    verdict: 'error',
    exitCode: 4,
    reasons: [
      'Process sensors (fleet, pid 41215) ended with signal SIGKILL at 19.400 s.',
      'Its last line was: FATAL ERROR: JavaScript heap out of memory',
    ],
    durationMs: diedMs + 340,
    phases: [...record.phases.slice(0, 2), { name: 'disrupt', startMs: 14_006, endMs: diedMs }],
    faults: [
      { ...partitionFault(), endMs: null, restored: false, effects: { heldBytes: 201_337, resets: 0 } },
      { ...throttleFault(), startMs: null, endMs: null, restored: true, effects: {} },
    ],
    series: exampleSeries(diedMs),
    processes: record.processes.map((one) => ({ ...one, exit: one.id === 'sensors' ? 'SIGKILL at 19.400 s' : 'stopped by the testbed' })),
  };
}

/** Markup, quotes and controls in every text that may come from a file or a device. */
export function hostileRecord(): RunRecord {
  const evil = '<script>document.title="owned"</script><img src=x onerror=alert(1)> "&\u0000\u001B[31m ]]> \uD800 | `x` ${y}';
  const record = failRecord();
  return {
    ...record,
    scenario: { ...record.scenario, name: evil, description: evil, file: evil },
    reasons: [evil],
    repeats: evil,
    replayCommand: evil,
    variables: { [evil]: evil },
    topology: { [evil]: evil },
    phases: record.phases.map((phase) => ({ ...phase, name: evil })),
    faults: record.faults.map((fault) => ({ ...fault, kind: evil, on: evil, params: { [evil]: evil } })),
    series: record.series.map((one) => ({ ...one, plot: `${one.plot}${evil}`, label: evil, unit: evil })),
    processes: record.processes.map((one) => ({ ...one, id: evil, exit: evil, endpoints: [evil] })),
    checks: record.checks.map((one) => ({
      ...one,
      that: evil,
      purpose: evil,
      judgement: {
        ...one.judgement,
        because: evil,
        figures: { [evil]: evil },
        findings: [{ t: 15_500, text: evil, faults: [evil] }],
        findingsTotal: 1,
      },
    })),
  };
}

function exampleChecks(): CheckRecord[] {
  return [
    check(
      'telemetry.complete',
      'Every published sample reached its destination once, in order, with its value unchanged.',
      {},
      'All 14,208 published samples reached cloud once and in order.',
      { published: 14_208, received: 14_208, lost: 0, reordered: 0 },
    ),
    check(
      'qos2.exactlyOnce',
      'No message sent with QoS 2 was lost or delivered twice.',
      { at: 'cloud' },
      '8,412 of 8,412 messages arrived exactly once.',
      { sent: 8_412, duplicates: 0, lost: 0 },
    ),
    check(
      'uplink.dropped',
      'The store-and-forward queue never dropped a message.',
      { max: 0 },
      'Nothing was dropped; the queue held at most 4,103 of 10,000 messages.',
      { dropped: 0, backlogMax: 4_103, queueMax: 10_000 },
    ),
    check(
      'shadow.converged',
      'Both gateways hold the same shadow soon after the uplink is back.',
      { within: '5s', after: 'uplink.restored' },
      'All 23 shadows were equal 1.84 s after the uplink was restored.',
      { shadows: 23, convergedMs: 1_840 },
    ),
    check(
      'mqtt.latency',
      'Local delivery stays fast, whatever the uplink does.',
      { p99: { max: '50ms' }, during: 'steady', minSamples: 1_000 },
      'p99 is 6.91 ms over 3,690 samples; the bound is 50 ms.',
      { p50Ms: 1.22, p99Ms: 6.91, maxMs: 18.4, samples: 3_690 },
    ),
    check(
      'southbound.errors',
      'Modbus requests succeed, apart from those a fault was meant to break.',
      { maxPercent: 0.1 },
      '2 of 5,290 requests were repeated; none failed for good.',
      { requests: 5_290, retried: 2, failed: 0 },
    ),
    check(
      'gateway.rss',
      'The memory of each gateway stays within its bound.',
      { max: '150MB' },
      'edge-1 peaked at 96.4 MB, cloud at 71.2 MB; the bound is 150 MB.',
      { edgeRssBytes: 96_403_456, cloudRssBytes: 71_204_864 },
    ),
    check(
      'link.held',
      'The partition was really there: bytes waited for it to heal.',
      { sometimes: true },
      'The uplink held 402,118 bytes while it was parted.',
      { heldBytes: 402_118 },
    ),
  ];
}

function check(that: string, purpose: string, params: CheckRecord['params'], because: string, figures: Judgement['figures']): CheckRecord {
  return { id: `${that}#1`, that, purpose, params, judgement: { verdict: 'pass', because, figures, findings: [], findingsTotal: 0 } };
}

function withJudgements(record: RunRecord, judgements: Readonly<Record<string, Judgement>>): RunRecord {
  return { ...record, checks: record.checks.map((one) => ({ ...one, judgement: judgements[one.that] ?? one.judgement })) };
}

function lostSamples(count: number): Finding[] {
  const points = ['flow', 'pressure', 'speed', 'level', 'temperature'];
  return Array.from({ length: count }, (_none, index) => {
    const sample = `pumps-${(index * 7) % 20 + 1}/${points[index % points.length] ?? 'flow'} n=${212 + index * 3}`;
    return { t: 15_060 + index * 88.3, text: `${sample} was published at edge-1 and never received at cloud`, faults: [PARTITION_ID] };
  });
}

function partitionFault(): FaultRecord {
  return {
    id: PARTITION_ID,
    kind: 'partition',
    on: 'uplink',
    params: { direction: 'both' },
    plannedStartMs: 15_006,
    ...PARTITION,
    restored: true,
    effects: { heldBytes: 402_118, resets: 0 },
  };
}

function throttleFault(): FaultRecord {
  return {
    id: THROTTLE_ID,
    kind: 'bandwidth',
    on: 'uplink',
    params: { bytesPerSec: 24_000, burst: 4_096 },
    plannedStartMs: 29_006,
    ...THROTTLE,
    restored: true,
    effects: { throttledMs: 8_204 },
  };
}

type ProcessRecord = RunRecord['processes'][number];

function process(
  id: string,
  role: ProcessRecord['role'],
  pid: number,
  endpoints: string[],
  rssMaxBytes: number,
  cpuMs: number,
): ProcessRecord {
  return { id, role, pid, endpoints, rssMaxBytes, cpuMs, exit: 'ended with code 0' };
}
