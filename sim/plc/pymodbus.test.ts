import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { describeWith, pathOf, PYMODBUS } from '../../hil/runtime/foreign-program.contract.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import { observeNothing } from '../../hil/runtime/observation.ts';
import { packageRoot } from '../../hil/runtime/package-root.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { startPlcGroup } from './virtual-plc-group.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** 40 writable registers; 7 holds 32, one more than a queue may have, and 8 counts a queue of 31. */
const PROFILE = `name: judged
manufacturer: Acme
model: X1
deviceResources:
${Array.from({ length: 40 }, (_none, address) => resource(`R${address}`, 'HOLDING_REGISTERS', 'Uint16', address)).join('\n')}
${Array.from({ length: 8 }, (_none, address) => resource(`C${address}`, 'COILS', 'Bool', address)).join('\n')}
`;

function resource(name: string, table: string, valueType: string, address: number): string {
  return `  - { name: ${name}, attributes: { primaryTable: ${table}, startingAddress: ${address} }, properties: { valueType: ${valueType}, readWrite: RW } }`;
}

function judge(args: readonly string[]): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    execFile(pathOf(PYMODBUS), [join(packageRoot(), 'sim', 'plc', 'pymodbus-client.py'), ...args], (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(`${error.message}\n${stderr}`));
    });
  });
}

describeWith([PYMODBUS], 'pymodbus as a foreign client, with the codes that mbpoll does not have', () => {
  test.each(['modbus-tcp', 'modbus-rtu', 'modbus-ascii', 'modbus-rtu-tcp'] as const)('over %s', async (transport) => {
    const folder = mkdtempSync(join(tmpdir(), 'fieldproof-pymodbus-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'judged.yaml'), PROFILE);
    const place = { group: 'judged', profile: 'judged.yaml', profileFolder: folder };
    const deps = { clock: realClock, random: randomFromSeed(1), observe: observeNothing, log: silentLogger };
    const line = transport === 'modbus-tcp' ? { transport } : { transport, parity: 'none' as const };
    const group = await startPlcGroup({ ...place, ...line }, deps);
    cleanUps.push(() => group.stop());
    for (let address = 0; address < 40; address += 1) group.set('judged-1', `R${address}`, address);
    group.set('judged-1', 'R7', 32);
    group.set('judged-1', 'R8', 31);
    for (const address of [0, 1, 2, 3]) group.release('judged-1', `R${address}`);
    for (let bit = 0; bit < 8; bit += 1) group.set('judged-1', `C${bit}`, (0x6d & (1 << bit)) !== 0);
    const endpoint = group.devices[0]?.endpoint;
    if (endpoint === undefined) throw new Error('no device');
    const where = [transport.slice('modbus-'.length), ...('port' in endpoint ? [endpoint.host, endpoint.port] : [endpoint.path, endpoint.baudRate])];
    expect(await judge([...where, 1].map(String))).toEqual({
      'write registers': false,
      'mask write': [1, 0x00f2, 0x0025],
      masked: [(11 & 0xf2) | (0x25 & ~0xf2)],
      'read write': [(11 & 0xf2) | (0x25 & ~0xf2), 500, 501],
      'read write past the last': { exception: 2 },
      fifo: Array.from({ length: 27 }, (_none, index) => index + 9),
      'fifo too long': { exception: 3 },
      'write file': [[4, 7, '06af04be100d']],
      'read file': ['04be100d'],
      'read no file': { exception: 2 },
      basic: { level: 0x82, more: 0, objects: { 0: 'Acme', 1: 'X1', 2: '1.0' } },
      regular: { level: 0x82, more: 0, objects: { 0: 'Acme', 1: 'X1', 2: '1.0', 4: 'judged', 5: 'X1', 6: 'virtual judged' } },
      'one object': { level: 0x82, more: 0, objects: { 1: 'X1' } },
      'no object': { exception: 2 },
      'exception status': 0x6d,
      'server id': Buffer.from('F\xffAcme X1', 'latin1').toString('hex'),
      'query data': [0xa537],
      exceptions: [4],
      restart: [0xff00],
      messages: [1],
      'event count': 1,
      'event log': [1, 3, expect.any(Array)],
      'listen only': true,
    });
  });
});
