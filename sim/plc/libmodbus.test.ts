import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '../../hil/runtime/foreign-program.contract.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import { observeNothing } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { SOCAT, socatTerminal } from '../line/socat.contract.ts';
import { compileLibmodbusPeer, LIBMODBUS, type LibmodbusPeer } from './libmodbus-peer.contract.ts';
import { startPlcGroup } from './virtual-plc-group.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const resources = (count: number, name: string, table: string, valueType: string, readWrite: string): string[] =>
  Array.from(
    { length: count },
    (_none, address) => `  - { name: ${name}${address}, attributes: { primaryTable: ${table}, startingAddress: ${address} }, properties: { valueType: ${valueType}, readWrite: ${readWrite} } }`,
  );

const PROFILE = [
  'name: judged',
  'manufacturer: Acme',
  'model: X1',
  'deviceResources:',
  ...resources(40, 'R', 'HOLDING_REGISTERS', 'Uint16', 'RW'),
  ...resources(2, 'I', 'INPUT_REGISTERS', 'Uint16', 'R'),
  ...resources(8, 'C', 'COILS', 'Bool', 'RW'),
  ...resources(2, 'D', 'DISCRETES_INPUT', 'Bool', 'R'),
  '',
].join('\n');

const UNIT = 3;

/** The place of a virtual PLC of unit 3, in the words of `libmodbus-peer.c`. */
async function startDevice(transport: 'modbus-tcp' | 'modbus-rtu' | 'modbus-rtu-tcp'): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-libmodbus-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'judged.yaml'), PROFILE);
  const line = transport === 'modbus-tcp' ? { transport } : ({ transport, parity: 'none', baudRate: 115_200 } as const);
  const group = await startPlcGroup(
    { group: 'judged', profile: 'judged.yaml', profileFolder: folder, units: [UNIT], ...line },
    { clock: realClock, random: randomFromSeed(1), observe: observeNothing, log: silentLogger },
  );
  cleanUps.push(() => group.stop());
  for (const [point, value] of [['I0', 4_711], ['I1', 42], ['D0', true], ['D1', false]] as const) group.set('judged-1', point, value);
  for (let bit = 3; bit < 7; bit += 1) group.set('judged-1', `C${bit}`, false);
  const endpoint = group.devices[0]?.endpoint;
  if (endpoint === undefined) throw new Error('no device');
  if (!('port' in endpoint)) return ['rtu', endpoint.path, String(UNIT)];
  if (transport === 'modbus-tcp') return ['tcp', String(endpoint.port), String(UNIT)];
  // libmodbus speaks RTU on serial ports only.
  const terminal = await socatTerminal(endpoint.port);
  cleanUps.push(() => terminal.cut());
  return ['rtu', terminal.path, String(UNIT)];
}

describeWith([LIBMODBUS, SOCAT], 'libmodbus as a foreign client', () => {
  let peer: LibmodbusPeer;
  beforeAll(() => {
    peer = compileLibmodbusPeer();
  });
  afterAll(() => peer.remove());

  test.each(['modbus-tcp', 'modbus-rtu', 'modbus-rtu-tcp'] as const)('over %s', async (transport) => {
    expect(await peer.ask(...(await startDevice(transport)))).toEqual({
      'write registers': '',
      'holding registers': '2 11 12 13',
      'write register': '',
      written: '77',
      'mask write': '',
      exchange: `${(11 & 0xf2) | (0x25 & ~0xf2)} 500 501`,
      'input registers': '4711 42',
      'write coil': '',
      'write coils': '',
      coils: '1 0 1 0 0 0 0 1',
      'discrete inputs': '1 0',
      'no such register': 'Illegal data address',
      // libmodbus would not ask that by itself; exception 03, illegal data value.
      '126 registers': '83 03',
      'server id': expect.stringMatching(/^\d+ Acme X1$/u),
    });
  });
});
