import { afterEach, expect, test } from 'vitest';
import { SOCAT, socatSerialServer } from '../../../sim/line/socat.contract.ts';
import { describeWith } from '../../runtime/foreign-program.contract.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { checkYaml } from '../../runtime/checked-yaml.ts';
import { createManualClock } from '../../../sim/world/manual-clock.ts';
import { hardwareMapProblems } from '../hardware-map-problems.ts';
import { hardwareMapSchema } from '../hardware-map.ts';
import { isRead } from '../read-only-port.ts';
import { openLink, spiedSerialPlc, spiedTcpPlc, type SpiedPlc } from '../spied-plc.contract.ts';
import { SCAN_DEFAULTS, type ScanOptions } from './scan-plan.ts';
import { scanSnippet } from './scan-snippet.ts';
import { scan, type ScanDeps, type ScanProgress } from './scan.ts';

const plcs: SpiedPlc[] = [];
afterEach(async () => {
  await Promise.all(plcs.splice(0).map((plc) => plc.stop()));
});

const options: ScanOptions = { ...SCAN_DEFAULTS, ports: [], tcp: [], baudRates: [115_200], parities: ['none'], units: [1, 2, 3], probeTimeoutMs: 60 };

function deps(progress: ScanProgress[] = []): ScanDeps {
  return { clock: realClock, openLink, signal: new AbortController().signal, onProgress: (step) => void progress.push(step) };
}

async function tcpPlc(unit: number | undefined): Promise<SpiedPlc> {
  const plc = await spiedTcpPlc(unit);
  plcs.push(plc);
  return plc;
}

async function serialPlc(units: readonly number[]): Promise<SpiedPlc> {
  const plc = await spiedSerialPlc(units);
  plcs.push(plc);
  return plc;
}

test('units are found on TCP and on a serial line, identified, and nothing but reads ever leaves', async () => {
  const host = await tcpPlc(2);
  const line = await serialPlc([1, 3]);
  const progress: ScanProgress[] = [];
  const { found, notes, incomplete } = await scan({ ...options, tcp: [host.address], ports: [line.address] }, deps(progress));
  expect(found.map(({ place, unit }) => [place, unit])).toEqual([[host.address, 2], [line.address, 1], [line.address, 3]]);
  expect(found.map(({ identification }) => identification)).toEqual(found.map(() => ({ vendorName: 'ACME', productCode: 'PX-1', revision: '1.2' })));
  expect([notes, incomplete]).toEqual([[], undefined]);
  const requests = [...host.requests, ...line.requests];
  expect(requests.length).toBeGreaterThan(5);
  expect(requests.filter(({ pdu }) => !isRead(pdu))).toEqual([]);
  expect(progress.at(-1)).toMatchObject({ done: 6, total: 6 });
});

describeWith([SOCAT], 'a raw serial server, which is socat', () => {
  test('units behind it are found, identified, and stand in a map that loads', async () => {
    const line = await serialPlc([2, 3]);
    const server = await socatSerialServer(line.address);
    const result = await scan({ ...options, ports: [`127.0.0.1:${server.port}`] }, deps());
    await server.cut();
    expect(result.found.map(({ unit, identification }) => [unit, identification?.productCode])).toEqual([[2, 'PX-1'], [3, 'PX-1']]);
    expect(line.requests.filter(({ pdu }) => !isRead(pdu))).toEqual([]);
    const checked = checkYaml(scanSnippet(result) ?? '', 'map.yaml', hardwareMapSchema);
    expect(checked.kind === 'valid' ? checked.value.duts : checked).toMatchObject([
      { transport: 'modbus-rtu-tcp', address: `127.0.0.1:${server.port}`, units: [2] },
      { transport: 'modbus-rtu-tcp', units: [3] },
    ]);
    expect(checked.kind === 'valid' ? hardwareMapProblems(checked.value, '.') : checked).toEqual([]);
  });
});

test('a host that answers for every unit id is listed once, and said so', async () => {
  const host = await tcpPlc(undefined);
  const { found, notes } = await scan({ ...options, tcp: [host.address] }, deps());
  expect(found.map(({ unit }) => unit)).toEqual([1]);
  expect(notes).toEqual([`${host.address}: answers for every unit id, so only unit 1 is listed`]);
});

test('a port that is not there and a host that refuses are notes, not errors', async () => {
  const gone = await tcpPlc(1);
  await gone.stop();
  const { found, notes } = await scan({ ...options, tcp: [gone.address], ports: ['/dev/does-not-exist'] }, deps());
  expect(found).toEqual([]);
  expect(notes.map((note) => note.split(': ')[0])).toEqual([gone.address, '/dev/does-not-exist']);
});

test('the bound of requests ends a scan, which says that it is not complete', async () => {
  const host = await tcpPlc(3);
  const { found, incomplete } = await scan({ ...options, tcp: [host.address], requestsMax: 2 }, deps());
  expect(found).toEqual([]);
  expect(incomplete).toBe('the bound of 2 requests was reached');
  expect(host.requests.length).toBe(2);
});

test('the bound of time ends a scan', async () => {
  const clock = createManualClock();
  const { incomplete } = await scan({ ...options, tcp: ['127.0.0.1:1'], timeMsMax: 0 }, { ...deps(), clock });
  expect(incomplete).toBe('the time of 0 s was up');
});

test('the snippet is a hardware map that loads', async () => {
  const line = await serialPlc([1, 2]);
  const snippet = scanSnippet(await scan({ ...options, ports: [line.address], parities: ['even', 'none'] }, deps())) ?? '';
  const checked = checkYaml(snippet, 'map.yaml', hardwareMapSchema);
  if (checked.kind === 'invalid') throw new Error(snippet);
  expect(hardwareMapProblems(checked.value, '.')).toEqual([]);
  expect(checked.value.duts).toMatchObject([
    { id: 'px-1', model: 'ACME PX-1 1.2', transport: 'modbus-rtu', address: line.address, line: { baudRate: 115_200, parity: 'even' }, units: [1] },
    { id: 'px-1-2', units: [2] },
  ]);
});

test('what is found nowhere gives no snippet', () => {
  expect(scanSnippet({ found: [], notes: [], requests: 3, incomplete: undefined })).toBeUndefined();
});
