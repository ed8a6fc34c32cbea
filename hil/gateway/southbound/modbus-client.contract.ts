import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeException } from '../../protocols/modbus/exception.ts';
import { encodeTcp } from '../../protocols/modbus/tcp.ts';
import { unitId } from '../../protocols/modbus/unit-id.ts';
import { realClock } from '../../runtime/real-clock.ts';
import type { ByteLink } from '../../transport/byte-link.ts';
import { connectTcp } from '../../transport/tcp-link.ts';
import type { LinePort } from './line-port.ts';
import { newTally, type LineTally } from './line-tally.ts';
import { REQUESTS_WAITING_MAX, type ModbusClient } from './modbus-client.ts';
import {
  answerPlainly,
  plainAnswer,
  plainFrame,
  sendBytes,
  startScriptedServer,
  type Script,
  type ScriptedRequest,
  type ScriptedServer,
} from './scripted-server.contract.ts';
import { tcpPort } from './tcp-port.ts';

const TIMEOUT_MS = 150;

/** What every client keeps over a line that has one request outstanding; tried over TCP against a scripted server. */
export function modbusClientContract(name: string, openClient: (line: LinePort, tally: LineTally) => ModbusClient): void {
  describe(name, () => testClient(openClient));
}

function testClient(openClient: (line: LinePort, tally: LineTally) => ModbusClient): void {
  let server: ScriptedServer;
  let link: ByteLink;
  let client: ModbusClient;
  let tally: LineTally;

  beforeEach(async () => {
    server = await startScriptedServer(answerPlainly);
    link = await connectTcp({ host: '127.0.0.1', port: server.port }, { clock: realClock, timeoutMs: 5_000 });
    tally = newTally();
    client = openClient(tcpPort(link, { clock: realClock, timeoutMs: TIMEOUT_MS, tally }), tally);
  });
  afterEach(async () => {
    link.destroy();
    await server.stop();
  });

  const readOne = (address: number): ReturnType<ModbusClient['read']> => client.read('HOLDING_REGISTERS', 1, address, 1);

  describe('what a healthy server answers', () => {
    test('125 registers and 2000 bits come whole', async () => {
      const registers = await client.read('INPUT_REGISTERS', 1, 100, 125);
      expect(registers).toEqual({ kind: 'words', words: Array.from({ length: 125 }, (_word, index) => 100 + index) });
      const bits = await client.read('COILS', 1, 0, 2_000);
      expect(bits).toEqual({ kind: 'words', words: Array.from({ length: 2_000 }, (_bit, index) => (index + 1) % 2) });
      expect(await client.read('DISCRETES_INPUT', 1, 1, 3)).toEqual({ kind: 'words', words: [0, 1, 0] });
    });

    test('writes of one and of several use the four write functions', async () => {
      const seen: number[] = [];
      server.follow((request) => {
        seen.push(request.request.functionCode);
        answerPlainly(request);
      });
      const results = [
        await client.write('COILS', 1, 5, [1]),
        await client.write('HOLDING_REGISTERS', 1, 5, [0xffff]),
        await client.write('COILS', 1, 5, [1, 0, 1]),
        await client.write('HOLDING_REGISTERS', 1, 5, [1, 2]),
      ];
      expect(results).toEqual(results.map(() => ({ kind: 'done' })));
      expect(seen).toEqual([5, 6, 15, 16]);
    });

    test('an exception is an answer', async () => {
      server.follow(respond(encodeException(3, 2)));
      expect(await readOne(0)).toEqual({ kind: 'exception', code: 2 });
      expect(tally.exceptions).toBe(1);
    });

    test('an answer in single bytes, and two in one segment, are put together', async () => {
      server.follow((request) => {
        for (const byte of plainFrame(request)) sendBytes(request.link, Uint8Array.of(byte));
      });
      expect(await readOne(7)).toEqual({ kind: 'words', words: [7] });
      server.follow((request) => sendBytes(request.link, Buffer.concat([plainFrame(request), plainFrame(request)])));
      expect(await readOne(8)).toEqual({ kind: 'words', words: [8] });
      server.follow(answerPlainly);
      expect(await readOne(9)).toEqual({ kind: 'words', words: [9] });
      expect(tally.late).toBe(1);
    });
  });

  describe('a late answer never completes another request', () => {
    test('after its timeout it is counted and dropped', async () => {
      const held: ScriptedRequest[] = [];
      server.follow((request) => void held.push(request));
      expect(await readOne(1)).toEqual({ kind: 'timeout' });
      server.follow((request) => {
        for (const old of held) answerPlainly(old);
        answerPlainly(request);
      });
      expect(await readOne(2)).toEqual({ kind: 'words', words: [2] });
      expect(tally).toMatchObject({ timeouts: 1, late: 1, requests: 2 });
    });

    test('the right transaction id from another unit is nobody’s answer', async () => {
      server.follow(({ link: to, transactionId, request }) => sendBytes(to, encodeTcp(transactionId, unitId(9), plainAnswer(request))));
      expect(await readOne(1)).toEqual({ kind: 'timeout' });
      expect(tally.late).toBe(1);
    });

    test('transaction ids use all 16 bits', async () => {
      const seen = new Set<number>();
      server.follow((request) => {
        seen.add(request.transactionId);
        answerPlainly(request);
      });
      for (let count = 0; count < 600; count += 1) await readOne(0);
      expect(seen.size).toBe(600);
    });
  });

  describe('what is no answer is corrupt', () => {
    test.each<[string, number[]]>([
      ['another function code', [4, 2, 0, 1]],
      ['a byte count that lies', [3, 4, 0, 1]],
      ['an odd byte count', [3, 3, 0, 1, 2]],
      ['too few bytes', [3, 2, 0]],
      ['a long exception', [0x83, 2, 0]],
      ['an empty exception', [0x83]],
    ])('%s', async (_name, pdu) => {
      server.follow(respond(Uint8Array.from(pdu)));
      expect(await readOne(0)).toMatchObject({ kind: 'corrupt' });
      server.follow(answerPlainly);
      expect(await readOne(3)).toEqual({ kind: 'words', words: [3] });
      expect(tally.corrupt).toBe(1);
    });

    test('an echo that differs from what was written', async () => {
      server.follow(respond(Uint8Array.of(6, 0, 5, 0, 8)));
      expect(await client.write('HOLDING_REGISTERS', 1, 5, [7])).toMatchObject({ kind: 'corrupt' });
    });

    test('a wrong protocol id spoils one frame', async () => {
      server.follow((request) => {
        const frame = plainFrame(request);
        frame[3] = 1;
        sendBytes(request.link, frame);
      });
      expect(await readOne(0)).toMatchObject({ kind: 'corrupt', because: expect.stringContaining('protocol id') });
      server.follow(answerPlainly);
      expect(await readOne(3)).toEqual({ kind: 'words', words: [3] });
    });

    test('a length without sense ends the connection', async () => {
      server.follow(({ link: to }) => sendBytes(to, Uint8Array.of(0, 1, 0, 0, 0xff, 0xff, 1, 3)));
      expect(await readOne(0)).toMatchObject({ kind: 'corrupt' });
      await link.closed;
      expect(await readOne(0)).toMatchObject({ kind: 'closed' });
    });
  });

  describe('when the connection ends', () => {
    test('in mid-answer, the request and all that wait are told', async () => {
      server.follow((request) => {
        sendBytes(request.link, plainFrame(request).subarray(0, 8));
        void request.link.close();
      });
      expect(await Promise.all([readOne(0), readOne(1), readOne(2)])).toEqual([0, 1, 2].map(() => expect.objectContaining({ kind: 'closed' })));
    });

    test('by a reset', async () => {
      server.follow((request) => request.link.destroy());
      expect(await readOne(0)).toMatchObject({ kind: 'closed' });
    });
  });

  test('more requests than the queue holds are refused with FP_LIMIT, the others are answered in order', async () => {
    const all = Array.from({ length: REQUESTS_WAITING_MAX }, (_request, address) => readOne(address));
    await expect(readOne(0)).rejects.toMatchObject({ code: 'FP_LIMIT' });
    expect((await Promise.all(all)).map((result) => (result.kind === 'words' ? result.words[0] : -1))).toEqual(all.map((_result, address) => address));
  });
}

function respond(pdu: Uint8Array): Script {
  return ({ link: to, transactionId, unitId: unit }) => sendBytes(to, encodeTcp(transactionId, unit, pdu));
}
