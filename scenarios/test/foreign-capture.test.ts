import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { describeWith, MBPOLL, MOSQUITTO_PUB, TSHARK } from '../../hil/runtime/foreign-program.contract.ts';
import { gatewayFacts, plcFacts } from '../engine/child-facts.ts';
import { createCliServices } from './cli-services.ts';
import { mbpoll, placeOf, type MbpollRequest, type ModbusPlace } from './foreign-modbus.ts';
import { mosquittoPub } from './foreign-mqtt.ts';
import { COMPLAINTS, dissect } from './foreign-tshark.ts';
import { rtuCapture, tcpCapture } from './recorded-exchange.ts';
import { recordSerial, recordTcp } from './recording-relay.ts';

/** What is asked of a PLC while its wire is recorded. */
const REQUESTS: readonly MbpollRequest[] = [
  { table: '4', address: 0, count: 3 },
  { table: '4', address: 0, write: [2_345, 900] },
  { table: '4', address: 4, write: [3_210] },
  { table: '4', address: 0, count: 2 },
  { table: '0', address: 1, write: [0] },
  { table: '0', address: 0, count: 2 },
  { table: '4', address: 3 },
];
/** What tshark is asked about each frame. */
const MODBUS_FIELDS = [
  'modbus.func_code', 'modbus.exception_code', 'modbus.reference_num', 'modbus.word_cnt',
  'modbus.bit_cnt', 'modbus.regval_uint16', 'modbus.bitval', 'modbus.data',
];
/** Request and response, in the order of `REQUESTS` and of `MODBUS_FIELDS`. */
const EXPECTED_FRAMES = [
  ['3', '', '0', '3', '', '', '', ''], ['3', '', '', '', '', '2200,800,1', '', ''],
  ['16', '', '0', '2', '', '2345,900', '', ''], ['16', '', '0', '2', '', '', '', ''],
  ['6', '', '4', '', '', '', '', '0c8a'], ['6', '', '4', '', '', '', '', '0c8a'],
  ['3', '', '0', '2', '', '', '', ''], ['3', '', '', '', '', '2345,900', '', ''],
  ['5', '', '1', '', '', '', '', '0000'], ['5', '', '1', '', '', '', '', '0000'],
  ['1', '', '0', '', '2', '', '', ''], ['1', '', '', '', '', '', '1,0', ''],
  ['3', '', '3', '1', '', '', '', ''], ['3', '2', '', '', '', '', '', ''],
];
/** Without ports tshark cannot tell a request from a response that repeats it, and says no more than the function code. */
const EXPECTED_RTU_FRAMES = EXPECTED_FRAMES.map(([code = '', ...rest]) => [code, ...(/^[56]$/u.test(code) ? rest.map(() => '') : rest)]);

const services = createCliServices();
const recorders: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const recorder of recorders.splice(0)) await recorder.close();
});
afterAll(async () => {
  const ended = await services.stop();
  expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0));
});

async function startPlc(...words: string[]): Promise<ModbusPlace> {
  const { facts } = await services.start(['sim', 'plc', '--profile', 'pump-station', '--seed', '1', ...words], plcFacts);
  const [device] = facts.devices;
  if (device === undefined) throw new Error('one device was asked for');
  return placeOf(device);
}

/** A payload, which tshark prints as hexadecimal digits. */
function textOf(hex = ''): string {
  return Buffer.from(hex.replaceAll(':', ''), 'hex').toString();
}

async function askAll(place: ModbusPlace): Promise<void> {
  for (const request of REQUESTS) {
    const { output } = await mbpoll(place, request);
    expect(output.includes('Illegal data address'), output).toBe(request === REQUESTS.at(-1));
  }
}

describeWith([TSHARK, MBPOLL], 'tshark takes apart what mbpoll and a virtual PLC say to each other', () => {
  test('over TCP', async () => {
    const plc = await startPlc();
    const recorder = await recordTcp('port' in plc ? plc.port : 0);
    recorders.push(recorder);
    await askAll({ unit: 1, port: recorder.port });
    await recorder.idle();
    const capture = tcpCapture(recorder.port, recorder.connections);
    const options = ['-o', `mbtcp.tcp.port:${recorder.port}`, '-d', `tcp.port==${recorder.port},mbtcp`, '-o', 'tcp.check_checksum:TRUE'];
    expect(dissect(capture, { options, filter: COMPLAINTS, fields: ['frame.number', '_ws.expert.message'] })).toEqual([]);
    const headers = ['mbtcp.unit_id', 'mbtcp.prot_id', 'tcp.checksum.status'];
    const frames = dissect(capture, { options, filter: 'mbtcp', fields: [...headers, ...MODBUS_FIELDS] });
    expect(frames).toEqual(EXPECTED_FRAMES.map((frame) => ['1', '0', '1', ...frame]));
    // A response carries the transaction id of its request, and comes from the port that the request went to.
    const ids = dissect(capture, { options, filter: 'mbtcp', fields: ['tcp.stream', 'mbtcp.trans_id'] });
    expect(ids.filter((_id, index) => index % 2 === 0)).toEqual(ids.filter((_id, index) => index % 2 === 1));
    const responses = dissect(capture, { options, filter: `mbtcp && tcp.srcport == ${recorder.port}`, fields: ['frame.number'] });
    expect(responses).toHaveLength(REQUESTS.length);
    // Each of mbpoll's connections is whole: handshake, data, both ends.
    expect(new Set(dissect(capture, { options, filter: 'tcp', fields: ['tcp.completeness'] }).flat())).toEqual(new Set(['31']));
  });

  test('over a serial line', async () => {
    const plc = await startPlc('--transport', 'modbus-rtu', '--units', '5', '--parity', 'none');
    const recorder = await recordSerial('path' in plc ? plc.path : '');
    recorders.push(recorder);
    await askAll({ unit: 5, path: recorder.path });
    const capture = rtuCapture(recorder.events);
    const options = ['-o', 'uat:user_dlts:"User 0 (DLT=147)","mbrtu","0","","0",""', '-o', 'mbrtu.crc_verification:TRUE'];
    expect(dissect(capture, { options, filter: COMPLAINTS, fields: ['frame.number', '_ws.expert.message'] })).toEqual([]);
    const frames = dissect(capture, { options, filter: 'mbrtu', fields: ['mbrtu.unit_id', 'mbrtu.crc16.status', ...MODBUS_FIELDS] });
    expect(frames).toEqual(EXPECTED_RTU_FRAMES.map((frame) => ['5', '1', ...frame]));
  });
});

describeWith([TSHARK, MOSQUITTO_PUB], 'tshark takes apart what mosquitto_pub and the gateway say to each other', () => {
  test('a message at each QoS, and a retained one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fieldproof-capture-'));
    const config = join(folder, 'gateway.yaml');
    writeFileSync(config, 'id: edge\nmqtt: { port: 0 }\nhttp: { port: 0 }\n');
    const { facts } = await services.start(['gateway', '--config', config], gatewayFacts);
    rmSync(folder, { recursive: true });
    const recorder = await recordTcp(facts.ports.mqtt);
    recorders.push(recorder);
    for (const qos of ['0', '1', '2']) await mosquittoPub(recorder.port, ['-t', `a/${qos}`, '-q', qos, '-m', `message ${qos}`]);
    // Larger than one segment, so that it has to be put together again.
    await mosquittoPub(recorder.port, ['-t', 'a/long', '-q', '1', '-r', '-m', 'x'.repeat(20_000)]);
    await recorder.idle();
    const capture = tcpCapture(recorder.port, recorder.connections);
    const options = ['-d', `tcp.port==${recorder.port},mqtt`, '-o', 'tcp.check_checksum:TRUE'];
    expect(dissect(capture, { options, filter: COMPLAINTS, fields: ['frame.number', '_ws.expert.message'] })).toEqual([]);
    const types = dissect(capture, { options, filter: 'mqtt', fields: ['tcp.stream', 'mqtt.msgtype'] });
    const typesOf = (stream: string): string => types.filter(([of]) => of === stream).map(([, type]) => type).join();
    // CONNECT 1, CONNACK 2, PUBLISH 3, PUBACK 4, PUBREC 5, PUBREL 6, PUBCOMP 7, DISCONNECT 14.
    expect(['0', '1', '2', '3'].map(typesOf)).toEqual(['1,2,3,14', '1,2,3,4,14', '1,2,3,5,6,7,14', '1,2,3,4,14']);
    const accepted = dissect(capture, { options, filter: 'mqtt.msgtype == 2', fields: ['mqtt.conack.val', 'mqtt.conack.flags.sp'] });
    expect(accepted).toEqual(Array.from({ length: 4 }, () => ['0', '0']));
    const fields = ['mqtt.topic', 'mqtt.qos', 'mqtt.retain', 'mqtt.msg'];
    const published = dissect(capture, { options, filter: 'mqtt.msgtype == 3', fields });
    expect(published.map(([topic, qos, retain, hex]) => [topic, qos, retain, textOf(hex)])).toEqual([
      ['a/0', '0', '0', 'message 0'],
      ['a/1', '1', '0', 'message 1'],
      ['a/2', '2', '0', 'message 2'],
      ['a/long', '1', '1', 'x'.repeat(20_000)],
    ]);
    const ids = dissect(capture, { options, filter: 'mqtt.msgid', fields: ['mqtt.msgid'] });
    expect(new Set(ids.flat())).toEqual(new Set(['1']));
  });
});
