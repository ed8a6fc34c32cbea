import { expect, test } from 'vitest';
import { encodeAscii } from '../../../hil/protocols/modbus/ascii.ts';
import { unitId } from '../../../hil/protocols/modbus/unit-id.ts';
import { silentLogger } from '../../../hil/runtime/log.ts';
import { memoryLinkPair } from '../../../hil/transport/memory-link.ts';
import { createManualClock, type ManualClock } from '../../world/manual-clock.ts';
import { serveAscii, type AsciiServerOptions } from '../ascii-server.ts';
import { testDevice } from '../test-device.contract.ts';
import { bytesOf } from './probe.contract.ts';

interface Line {
  readonly clock: ManualClock;
  readonly heard: { readonly atMs: number; readonly text: string }[];
  /** Sends characters, and lets the answer arrive. */
  readonly ask: (text: string) => Promise<string>;
  readonly send: (text: string) => Promise<void>;
}

/** Units 1 and 7. */
function line(options: Partial<AsciiServerOptions> = {}): Line {
  const clock = createManualClock();
  const { a: client, b: server } = memoryLinkPair();
  const heard: { atMs: number; text: string }[] = [];
  client.onBytes((chunk) => heard.push({ atMs: clock.nowMs(), text: Buffer.from(chunk).toString('latin1') }));
  const units = new Map([1, 7].map((unit) => [unit, testDevice(clock).server]));
  serveAscii(server, { baudRate: 9_600, units, ...options }, { clock, log: silentLogger });
  const send = async (text: string): Promise<void> => {
    await client.send(Buffer.from(text, 'latin1'));
    await clock.advanceAsync(0);
  };
  return {
    clock,
    heard,
    send,
    ask: async (text) => {
      heard.length = 0;
      await send(text);
      await clock.advanceAsync(1_500);
      return heard.map((piece) => piece.text).join('');
    },
  };
}

function frame(unit: number, pdu: string, end = '\n'): string {
  return Buffer.from(encodeAscii(unitId(unit), bytesOf(pdu), end.charCodeAt(0))).toString('latin1');
}

const READ = frame(1, '03 0000 0001');
const ANSWER = frame(1, '03 02 0000');

test('a frame is colon, digits, LRC with its high digit first, CR and LF', async () => {
  expect(await line().ask(':010300000001FB\r\n')).toBe(':0103020000FA\r\n');
});

test('the answer arrives when the characters of both have passed along the line, 10 bits each', async () => {
  const { clock, heard, send } = line();
  await send(READ);
  await clock.advanceAsync(1_000);
  expect(heard[0]?.atMs).toBeCloseTo(((READ.length + ANSWER.length) * 10_000) / 9_600, 6);
});

test('a colon inside a frame drops what was received and starts anew', async () => {
  expect(await line().ask(`${READ.slice(0, 7)}${READ}`)).toBe(ANSWER);
});

test('a gap of more than a second inside a frame is an error, unless a longer one is configured', async () => {
  for (const [gapMsMax, answer] of [[undefined, ''], [3_000, ANSWER]] as const) {
    const { clock, ask, send } = line(gapMsMax === undefined ? {} : { gapMsMax });
    await send(READ.slice(0, 8));
    await clock.advanceAsync(1_001);
    expect(await ask(READ.slice(8))).toBe(answer);
    expect(await ask(READ)).toBe(ANSWER);
  }
});

test('the largest frame has 513 characters', async () => {
  const { ask } = line();
  const query = frame(1, `08 0000 ${'5A'.repeat(250)}`);
  expect(query.length).toBe(513);
  expect(await ask(query)).toBe(query);
  expect(await ask(`:${'5A'.repeat(300)}\r\n`)).toBe('');
  expect(await ask(READ)).toBe(ANSWER);
});

test.each([
  ['a wrong LRC', ':010600001234B2\r\n'],
  ['a character that is no digit', ':0106000012G4B3\r\n'],
  ['lower-case digits', ':0106000012abB3\r\n'],
  ['an odd number of digits', ':01060000123B3\r\n'],
])('a frame with %s is dropped without answer and changes nothing', async (_what, spoilt) => {
  const { ask } = line();
  expect(await ask(spoilt)).toBe('');
  expect(await ask(READ)).toBe(ANSWER);
  expect(await ask(frame(1, '08 000c 0000'))).toBe(frame(1, '08 000c 0001'));
});

test('FC08/3 changes what ends a frame, for that unit, from the next message on', async () => {
  const { ask } = line();
  expect(await ask(frame(1, '08 0003 2100'))).toBe(frame(1, '08 0003 2100'));
  expect(await ask(frame(1, '03 0000 0001', '!'))).toBe(frame(1, '03 02 0000', '!'));
  expect(await ask(READ)).toBe('');
  expect(await ask(frame(7, '03 0000 0001'))).toBe(frame(7, '03 02 0000'));
  expect(await ask(frame(1, '08 0003 0a00', '!'))).toBe(frame(1, '08 0003 0a00', '!'));
  expect(await ask(READ)).toBe(ANSWER);
});

test.each(['3a00', '0d00', '4100', '8000', '2101', '0a'])('FC08/3 refuses %s, by which no frame would end', async (data) => {
  expect(await line().ask(frame(1, `08 0003 ${data}`))).toBe(frame(1, '88 03'));
});

test('a broadcast write is executed by every unit, however its frames end, and answered by none', async () => {
  const { ask } = line();
  expect(await ask(frame(0, '06 0000 0009'))).toBe('');
  for (const unit of [1, 7]) expect(await ask(frame(unit, '03 0000 0001'))).toBe(frame(unit, '03 02 0009'));
});

test('a stopped line answers nothing and leaves no timer behind', async () => {
  const clock = createManualClock();
  const { a: client, b: server } = memoryLinkPair();
  const ascii = serveAscii(server, { baudRate: 9_600, units: new Map([[1, testDevice(clock).server]]) }, { clock, log: silentLogger });
  await client.send(Buffer.from(READ, 'latin1'));
  await clock.advanceAsync(0);
  expect(clock.pendingTimers).toBe(1);
  ascii.stop();
  expect(clock.pendingTimers).toBe(0);
  await client.send(Buffer.from(READ, 'latin1'));
  await clock.advanceAsync(1_000);
  expect(clock.pendingTimers).toBe(0);
});
