import { describe, expect, test } from 'vitest';
import { z } from '../../hil/runtime/schema.ts';
import { ANSWER_WORD_ZERO, openFaultBench, READ_WORD } from './fault-bench.contract.ts';
import { MODBUS_FAULTS } from './faults/fault-table.ts';
import { NO_MODBUS_COUNTS } from './modbus-fault-events.ts';

describe('fault table', () => {
  test.each(MODBUS_FAULTS)('$kind says what it is for, what each parameter means and where it does not exist', ({ kind, counter, purpose, params, framings, whyNot }) => {
    expect(purpose).toMatch(/^[A-Z].*\.$/u);
    expect(Object.keys(NO_MODBUS_COUNTS)).toContain(counter);
    expect(kind === 'serialDisconnect' || kind === `modbus.${counter}`).toBe(true);
    expect(z.toJSONSchema(params, { io: 'input' })).toMatchObject({ type: 'object', additionalProperties: false });
    expect(whyNot === '').toBe(framings.length === 3);
  });

  test('kinds and counters are unique', () => {
    expect(new Set(MODBUS_FAULTS.map(({ kind }) => kind)).size).toBe(MODBUS_FAULTS.length);
    expect(new Set(MODBUS_FAULTS.map(({ counter }) => counter)).size).toBe(MODBUS_FAULTS.length);
  });

  test('the kinds are those of the testbed', () => {
    const kinds = MODBUS_FAULTS.map(({ counter }) => counter).toSorted();
    expect(kinds).toEqual(
      ['collision', 'crcError', 'drift', 'echo', 'exception', 'gap', 'noReply', 'noise', 'partialFrame', 'serialDisconnect', 'slowReply', 'stuckValue', 'wrongTransactionId', 'wrongUnit'].toSorted(),
    );
  });
});

describe('what is refused, with nothing in force afterwards', () => {
  test.each([
    ['rtu', 'modbus.crcErorr', {}, /unknown Modbus fault "modbus.crcErorr"; did you mean "modbus.crcError"\?/u],
    ['rtu', 'modbus.noise', {}, /bitErrorRate/u],
    ['rtu', 'modbus.crcError', { chance: 1 }, /chance/u],
    ['tcp', 'modbus.crcError', {}, /does not exist on line-a: Modbus TCP carries no check value/u],
    ['tcp', 'serialDisconnect', {}, /no serial line/u],
    ['rtu', 'modbus.wrongTransactionId', {}, /only Modbus TCP has transaction ids/u],
    ['rtu', 'modbus.stuckValue', { points: ['wrod'] }, /did you mean "word"/u],
    ['rtu', 'modbus.drift', { perSecond: 0 }, /perSecond expected a number other than 0/u],
  ] as const)('%s %s %j', async (framing, kind, params, message) => {
    const bench = openFaultBench(framing);
    await expect(bench.start(kind, params)).rejects.toThrow(message);
    expect(bench.faults.list()).toEqual([]);
    expect(await bench.ask(READ_WORD)).toEqual(ANSWER_WORD_ZERO);
  });

  test('the same id twice', async () => {
    const { faults } = openFaultBench('rtu');
    await faults.start({ fault: 'a', kind: 'modbus.echo', params: {} });
    await expect(faults.start({ fault: 'a', kind: 'modbus.echo', params: {} })).rejects.toMatchObject({ code: 'FP_CONTROL' });
    await faults.stop('a');
    await faults.stop('a');
    expect(faults.list()).toEqual([]);
  });
});

test('faults compose in the order of the table: a stuck value, cut off, is still the stuck one', async () => {
  const bench = openFaultBench('rtu');
  await bench.start('modbus.partialFrame', { bytes: 5 });
  await bench.start('modbus.stuckValue');
  bench.devices.get(1)?.process.set('word', 0x0102);
  await bench.ask(READ_WORD);
  bench.devices.get(1)?.process.set('word', 0x0304);
  await bench.ask(READ_WORD);
  expect(bench.heard.map(({ bytes }) => bytes)).toEqual([[1, 3, 2, 1, 2], [1, 3, 2, 1, 2]]);
});

test('faults compose in the order of the table, not in that of their beginnings: a pause stays behind a wrong CRC', async () => {
  const bench = openFaultBench('rtu');
  await bench.start('modbus.gap', { after: 4 });
  await bench.start('modbus.crcError');
  await bench.ask(READ_WORD);
  await bench.clock.advanceAsync(100);
  expect(bench.heard.map(({ bytes }) => bytes.length)).toEqual([4, 3]);
  expect(bench.faults.counters()).toMatchObject({ gap: 1, crcError: 1 });
});

test('equal seeds hit equal frames in equal ways; a fault of its own seed does not depend on the others', async () => {
  expect(await outcome(1, true)).toBe(await outcome(1, true));
  expect(await outcome(1, true)).toBe(await outcome(1, false));
  expect(await outcome(1, true)).not.toBe(await outcome(2, true));
});

test('hits are told one by one up to a bound, and all are counted', async () => {
  const bench = openFaultBench('tcp');
  await bench.start('modbus.exception');
  const started = bench.observed.length;
  // Within one sample period: the memory link takes no time on the manual clock.
  for (let n = 0; n < 130; n += 1) bench.link.relay.fromClient(Uint8Array.of(0, n, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1));
  const hits = bench.observed.slice(started).filter(({ type }) => type === 'modbus.hit');
  expect(hits.length).toBe(100);
  expect(bench.faults.counters()).toMatchObject({ exception: 130, unlistedHits: 30, requests: 130, responses: 130 });
  await bench.clock.advanceAsync(250);
  bench.link.relay.fromClient(Uint8Array.of(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1));
  expect(bench.observed.filter(({ type }) => type === 'modbus.hit').length).toBe(101);
});

test('samples come while a fault is in force and at every change, and no timer is left', async () => {
  const bench = openFaultBench('rtu');
  const samples = (): unknown[] => bench.observed.filter(({ type }) => type === 'modbus.sample').map(({ data }) => data['faults']);
  await bench.clock.advanceAsync(1_000);
  expect(samples()).toEqual([]);
  await bench.start('modbus.echo');
  await bench.clock.advanceAsync(500);
  await bench.stop();
  await bench.clock.advanceAsync(1_000);
  expect(samples()).toEqual([['f1'], ['f1'], ['f1'], []]);
  expect(bench.clock.pendingTimers).toBe(0);
});

test('a question of our own goes through the faults and is not heard by the client', async () => {
  const bench = openFaultBench('rtu');
  const probe = async (): Promise<Uint8Array | undefined> => {
    let answer: Uint8Array | undefined;
    void bench.link.relay.ask(7, Uint8Array.from(READ_WORD), 500).then((pdu) => (answer = pdu));
    await bench.clock.advanceAsync(600);
    return answer;
  };
  const asked = bench.ask(READ_WORD);
  expect(await probe()).toEqual(Uint8Array.of(3, 2, 0, 0));
  expect(await asked).toEqual(ANSWER_WORD_ZERO);
  expect(bench.heard.length).toBe(1);
  await bench.start('modbus.noReply', { units: 7 });
  expect(await probe()).toBeUndefined();
});

test('what is no frame passes as it is', async () => {
  const bench = openFaultBench('tcp');
  await bench.start('modbus.exception');
  bench.link.relay.fromDevice(Uint8Array.of(0, 1, 0, 9, 0, 3, 1, 3, 2));
  await bench.clock.advanceAsync(0);
  expect(bench.heard.map(({ bytes }) => bytes)).toEqual([[0, 1, 0, 9, 0, 3, 1, 3, 2]]);
});

/** What the faults of a run with this seed did, in words. */
async function outcome(seed: number, isAlone: boolean): Promise<string> {
  const bench = openFaultBench('rtu', { seed });
  if (!isAlone) await bench.start('modbus.slowReply', { delay: '1ms', probability: 0.5 });
  await bench.faults.start({ fault: 'noise', kind: 'modbus.noise', params: { bitErrorRate: 0.02 }, seedHex: '0123456789abcdef0123456789abcdef' });
  await bench.faults.start({ fault: 'refusal', kind: 'modbus.exception', params: { probability: 0.5 } });
  for (let n = 0; n < 10; n += 1) await bench.ask(READ_WORD);
  return JSON.stringify(bench.observed.filter(({ data }) => data['fault'] === 'noise' || data['fault'] === 'refusal').map(({ data }) => data['what']));
}
