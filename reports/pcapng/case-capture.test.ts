import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeRtu } from '../../hil/protocols/modbus/rtu.ts';
import { encodeTcp } from '../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { describeWith, pathOf, TSHARK } from '../../hil/runtime/foreign-program.contract.ts';
import { caseCapture, type CaseCaptureOptions, type ExchangedBytes } from './case-capture.ts';
import { RTU_PREFERENCE } from './decode-hints.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-case-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function dissect(made: Uint8Array, filter: string, fields: readonly string[], options: readonly string[] = []): string[][] {
  const file = join(folder, 'case.pcapng');
  writeFileSync(file, made);
  const words = ['-r', file, '-2', ...options, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const out = execFileSync(pathOf(TSHARK), words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder } });
  return out.split('\n').slice(0, -1).map((line) => line.split('\t'));
}

const REQUEST = Uint8Array.of(3, 0, 7, 0, 1);
const ANSWER = Uint8Array.of(3, 2, 0x12, 0x34);
const COMPLAINTS = '_ws.malformed || tcp.analysis.flags || _ws.expert.severity >= 6291456';

function says(from: 'client' | 'server', timeMs: number, bytes: ExchangedBytes['bytes'], comment?: string): ExchangedBytes {
  return { from, timeMs, bytes, connection: 'c', ...(comment === undefined ? {} : { comment }) };
}

function capture(carrier: CaseCaptureOptions['carrier'], exchanged: readonly ExchangedBytes[]): Uint8Array {
  return caseCapture(exchanged, { carrier, title: 'TP_X_001', startedWallMs: Date.UTC(2026, 10, 22) });
}

describeWith([TSHARK], 'tshark takes the evidence of a case apart', () => {
  test('MQTT, without being told a port', () => {
    const connect = Buffer.from('100d00044d51545404020000000161', 'hex');
    const made = capture('mqtt', [says('client', 0, connect, 'the request of the case'), says('server', 1.5, Buffer.from('20020000', 'hex')), says('client', 2, 'end'), says('server', 3, 'end')]);
    expect(dissect(made, 'mqtt', ['mqtt.msgtype', 'frame.comment', 'frame.time_relative'])).toEqual([['1', 'the request of the case', '0.000000000'], ['2', '', '0.001500000']]);
    expect(dissect(made, COMPLAINTS, ['frame.number'])).toEqual([]);
    expect(new Set(dissect(made, 'tcp', ['tcp.completeness']).flat())).toEqual(new Set(['31']));
  });

  test('Modbus/TCP over two connections of one name, one after the other', () => {
    const exchange = [says('client', 0, encodeTcp(9, unitId(1), REQUEST)), says('server', 1, encodeTcp(9, unitId(1), ANSWER))];
    const made = capture('modbus-tcp', [...exchange, says('server', 2, 'reset'), ...exchange.map((piece) => ({ ...piece, timeMs: piece.timeMs + 10 })), says('client', 20, 'end'), says('server', 20, 'end')]);
    const row = ['9', '3'];
    expect(dissect(made, 'mbtcp', ['tcp.stream', 'mbtcp.trans_id', 'modbus.func_code'])).toEqual([['0', ...row], ['0', ...row], ['1', ...row], ['1', ...row]]);
    expect(dissect(made, 'modbus.regval_uint16', ['modbus.regnum16', 'modbus.regval_uint16'])).toEqual([['7', '4660'], ['7', '4660']]);
  });

  test('Modbus RTU with the documented setting', () => {
    const made = capture('modbus-rtu', [says('client', 0, encodeRtu(unitId(4), REQUEST)), says('server', 1, encodeRtu(unitId(4), ANSWER))]);
    const frames = dissect(made, 'mbrtu', ['mbrtu.unit_id', 'mbrtu.crc16.status', 'modbus.func_code', 'frame.interface_name'], ['-o', RTU_PREFERENCE, '-o', 'mbrtu.crc_verification:TRUE']);
    expect(frames).toEqual([['4', '1', '3', 'c'], ['4', '1', '3', 'c']]);
  });
});

test('the same evidence gives the same bytes', () => {
  const exchange = [says('client', 0, REQUEST), says('server', 5, 'reset')];
  expect(Buffer.from(capture('mqtt', exchange)).equals(capture('mqtt', exchange))).toBe(true);
});
