import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeWith, MBPOLL, MOSQUITTO_PUB, TSHARK } from '../../../hil/runtime/foreign-program.contract.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { gatewayFacts, linkFacts, plcFacts } from '../../engine/child-facts.ts';
import { runCli } from '../cli-process.ts';
import { createCliServices } from '../cli-services.ts';
import { mbpoll, placeOf, type ModbusPlace } from '../foreign-modbus.ts';
import { mosquittoPub } from '../foreign-mqtt.ts';
import { COMPLAINTS, dissect } from '../foreign-tshark.ts';

const RTU = ['-o', 'uat:user_dlts:"User 0 (DLT=147)","mbrtu","0","","0",""', '-o', 'mbrtu.crc_verification:TRUE'];
const services = createCliServices();
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-standalone-'));
});
afterEach(async () => {
  await services.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function startPlc(...words: string[]): Promise<ModbusPlace> {
  const { facts } = await services.start(['sim', 'plc', '--profile', 'pump-station', '--seed', '1', ...words], plcFacts);
  const [device] = facts.devices;
  if (device === undefined) throw new Error('one device was asked for');
  return placeOf(device);
}

/** Ends what captures, then asks tshark. */
async function captured(name: string, filter: string, fields: readonly string[], options: readonly string[] = []): Promise<string[][]> {
  await services.stop();
  return dissect(readFileSync(join(folder, name)), { options, filter, fields });
}

describeWith([TSHARK, MBPOLL], 'a part alone captures what foreign Modbus software says to it', () => {
  test('sim plc on TCP', async () => {
    const plc = await startPlc('--capture', join(folder, 'plc.pcapng'));
    await mbpoll(plc, { table: '4', address: 0, count: 2 });
    await mbpoll(plc, { table: '4', address: 9_999 });
    expect(await captured('plc.pcapng', 'mbtcp', ['frame.interface_name', 'modbus.func_code', 'modbus.exception_code'])).toEqual([['plc', '3', ''], ['plc', '3', ''], ['plc', '3', ''], ['plc', '3', '2']]);
    expect(await captured('plc.pcapng', COMPLAINTS, ['frame.number', '_ws.expert.message'])).toEqual([]);
  });

  test('sim plc in RTU mode, which a frame of a limit ends', async () => {
    const plc = await startPlc('--transport', 'modbus-rtu', '--units', '5', '--parity', 'none', '--capture', join(folder, 'rtu.pcapng'), '--capture-packets', '3');
    for (const address of [0, 1, 2]) await mbpoll(plc, { table: '4', address });
    expect(await captured('rtu.pcapng', 'mbrtu', ['mbrtu.unit_id', 'mbrtu.crc16.status', 'modbus.reference_num'], RTU)).toEqual([['5', '1', '0'], ['5', '1', ''], ['5', '1', '1']]);
    expect(await captured('rtu.pcapng', 'frame.comment', ['frame.comment'])).toEqual([['capture stopped: its limit of 3 packets is reached; what follows is not here']]);
  });

  test('sim modbus-link, on both sides of a fault', async () => {
    const plc = await startPlc();
    const link = ['sim', 'modbus-link', '--client', 'pty', '--parity', 'none', '--device', `tcp:127.0.0.1:${'port' in plc ? plc.port : 0}`];
    const { facts } = await services.start([...link, '--fault', 'crcError:probability=1', '--capture', join(folder, 'link.pcapng')], z.looseObject({ client: z.looseObject({ path: z.string() }) }));
    await mbpoll({ unit: 1, path: facts.client.path }, { table: '4', address: 0 });
    const client = await captured('link.pcapng', 'mbrtu', ['frame.interface_name', 'mbrtu.crc16.status'], RTU);
    expect(client.slice(0, 2)).toEqual([['modbus-link client side', '1'], ['modbus-link client side', '0']]);
    const device = await captured('link.pcapng', 'mbtcp', ['frame.interface_name', 'modbus.func_code']);
    expect(device.slice(0, 2)).toEqual([['modbus-link device side', '3'], ['modbus-link device side', '3']]);
  });

  test('sim line, as one more node hears it', async () => {
    const { facts } = await services.start(['sim', 'line', '--nodes', '2', '--parity', 'none', '--capture', join(folder, 'line.pcapng')], z.looseObject({ nodes: z.array(z.looseObject({ path: z.string() })) }));
    const [server = '', client = ''] = facts.nodes.map(({ path }) => path);
    await services.start(['sim', 'plc', '--profile', 'pump-station', '--transport', 'modbus-rtu', '--parity', 'none', '--serial-path', server], z.looseObject({}));
    expect((await mbpoll({ unit: 1, path: client }, { table: '4', address: 0, count: 2 })).values).toHaveLength(2);
    expect(await captured('line.pcapng', 'mbrtu', ['frame.interface_name', 'mbrtu.crc16.status', 'modbus.func_code'], RTU)).toEqual([['line', '1', '3'], ['line', '1', '3']]);
  });

  test('rig record keeps the packets beside the recording, unless it is told not to', async () => {
    const plc = await startPlc();
    const lab = join(folder, 'lab.yaml');
    writeFileSync(lab, `duts:\n  - { id: pump, transport: modbus-tcp, address: '127.0.0.1:${'port' in plc ? plc.port : 0}' }\n`);
    const record = (out: string, ...words: string[]): ReturnType<typeof runCli> =>
      runCli(['rig', 'record', 'pump', '--map', lab, '--leases', join(folder, 'leases'), '--for', '1s', '--range', 'holding:0-3', '--out', join(folder, out), ...words]);
    const { code, stderr } = await record('taken');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('pump.capture.pcapng');
    expect((await record('again', '--no-capture')).stderr).not.toContain('pcapng');
    expect(existsSync(join(folder, 'again', 'pump.capture.pcapng'))).toBe(false);
    const reads = await captured('taken/pump.capture.pcapng', 'modbus.func_code == 3 && tcp.dstport == 502', ['frame.interface_name', 'modbus.reference_num', 'modbus.word_cnt']);
    expect(reads.length).toBeGreaterThan(0);
    expect(new Set(reads.map((row) => row.join()))).toEqual(new Set(['pump,0,3']));
  });
});

describeWith([TSHARK, MOSQUITTO_PUB], 'a part alone captures what foreign MQTT software says to it', () => {
  test('the gateway and a link before it', async () => {
    const config = join(folder, 'gateway.yaml');
    writeFileSync(config, 'id: edge\nmqtt: { port: 0 }\nhttp: { port: 0 }\n');
    const { facts: gateway } = await services.start(['gateway', '--config', config, '--capture', join(folder, 'gateway.pcapng')], gatewayFacts);
    const link = ['sim', 'link', '--listen', '127.0.0.1:0', '--upstream', `127.0.0.1:${gateway.ports.mqtt}`, '--protocol', 'mqtt', '--fault', 'slice:bytes=500'];
    const { facts } = await services.start([...link, '--capture', join(folder, 'sliced.pcapng')], linkFacts);
    await mosquittoPub(facts.ports.link, ['-t', 'a/b', '-q', '2', '-m', 'x'.repeat(70_000)]);
    const types = ['1', '2', '3', '5', '6', '7', '14'];
    for (const side of ['client', 'server']) {
      const seen = await captured('sliced.pcapng', `mqtt && frame.interface_name == "link ${side} side"`, ['mqtt.msgtype']);
      expect(seen.flat().flatMap((some) => some.split(','))).toEqual(types);
    }
    const pieces = await captured('sliced.pcapng', 'tcp.len > 0 && frame.interface_name == "link server side" && tcp.dstport == 1883', ['tcp.len']);
    expect(Math.max(...pieces.flat().map(Number))).toBeLessThanOrEqual(500);
    expect(await captured('gateway.pcapng', 'mqtt.msgtype == 3', ['frame.interface_name', 'mqtt.topic', 'mqtt.qos'])).toEqual([['edge mqtt', 'a/b', '2']]);
    for (const file of ['sliced.pcapng', 'gateway.pcapng']) {
      expect(await captured(file, `(${COMPLAINTS}) && !tcp.flags.reset`, ['frame.number', '_ws.expert.message']), file).toEqual([]);
    }
  });
});
