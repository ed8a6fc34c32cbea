import { describe, expect, test } from 'vitest';
import { ANSWER_WORD_ZERO, CLIENT_TIMEOUT_MS, openFaultBench, READ_WORD, type FaultBench } from '../fault-bench.contract.ts';
import type { Framing } from '../modbus-fault.ts';

/** The read answers well: nothing of a fault is left, or there never was one. */
async function expectWell(bench: FaultBench, unit = 1): Promise<void> {
  expect(await bench.ask(READ_WORD, unit)).toEqual(ANSWER_WORD_ZERO);
}

/** Fault in force: the client sees `symptom`. Before it and after it: a good answer. The counter says it and the journal tells it. */
async function expectSymptom(framing: Framing, kind: string, params: object, symptom: unknown): Promise<FaultBench> {
  const bench = openFaultBench(framing);
  const counter = kind.replace('modbus.', '');
  await expectWell(bench);
  expect(Object.entries(bench.faults.counters()).find(([name]) => name === counter)?.[1]).toBe(0);
  await bench.start(kind, params);
  expect(await bench.ask(READ_WORD)).toMatchObject(Object(symptom));
  expect(bench.faults.counters()).toMatchObject({ [counter]: 1 });
  expect(bench.observed.filter(({ type }) => type === 'modbus.hit')).toMatchObject([{ data: { fault: 'f1', kind, line: 'line-a', unit: 1, functionCode: 3 } }]);
  await bench.stop();
  // What a fault has left on its way is met by the client, not by its next question.
  await bench.clock.advanceAsync(2_000);
  await expectWell(bench);
  await expectWell(bench, 7);
  expect(bench.faults.counters()).toMatchObject({ [counter]: 1 });
  return bench;
}

const TIMEOUT = { kind: 'timeout' };
const CORRUPT = { kind: 'corrupt' };

describe.each(['tcp', 'rtu', 'ascii'] as const)('over %s', (framing) => {
  test('exception: the client gets it, and the device never sees the request', async () => {
    const bench = await expectSymptom(framing, 'modbus.exception', { code: 6 }, { kind: 'answer', pdu: Uint8Array.of(0x83, 6) });
    expect(bench.devices.get(1)?.seen.length).toBe(2);
  });

  test('noReply: the client waits in vain, although the device answered', async () => {
    const bench = await expectSymptom(framing, 'modbus.noReply', {}, TIMEOUT);
    expect(bench.devices.get(1)?.seen.length).toBe(3);
  });

  test('noReply of the request: the device never got it', async () => {
    const bench = await expectSymptom(framing, 'modbus.noReply', { lost: 'request' }, TIMEOUT);
    expect(bench.devices.get(1)?.seen.length).toBe(2);
  });

  test('wrongUnit: an answer under another unit id is none', async () => {
    const bench = await expectSymptom(framing, 'modbus.wrongUnit', { as: 9 }, TIMEOUT);
    expect(bench.observed.find(({ type }) => type === 'modbus.hit')?.data['what']).toBe('answered as unit 9');
  });

  test('slowReply: later than the client waits', async () => {
    await expectSymptom(framing, 'modbus.slowReply', { delay: '400ms' }, TIMEOUT);
  });

  test('slowReply: within what the client waits, it is just late', async () => {
    const bench = openFaultBench(framing);
    const timed = async (): Promise<number> => {
      const startMs = bench.clock.nowMs();
      await expectWell(bench);
      return bench.clock.nowMs() - startMs;
    };
    const quickMs = await timed();
    await bench.start('modbus.slowReply', { delay: '150ms', jitter: '20ms' });
    const slowMs = (await timed()) - quickMs;
    expect(slowMs).toBeGreaterThan(125);
    expect(slowMs).toBeLessThan(175);
  });

  test('stuckValue: the process moves, the answer does not', async () => {
    const bench = openFaultBench(framing);
    bench.devices.get(1)?.process.set('word', 5);
    await bench.start('modbus.stuckValue');
    expect(await bench.ask(READ_WORD)).toEqual({ kind: 'answer', pdu: Uint8Array.of(3, 2, 0, 5) });
    bench.devices.get(1)?.process.set('word', 6);
    expect(await bench.ask(READ_WORD)).toEqual({ kind: 'answer', pdu: Uint8Array.of(3, 2, 0, 5) });
    expect(bench.told).toEqual([{ unit: 1, values: { word: 5 } }]);
    expect(bench.faults.counters().stuckValue).toBe(1);
    await bench.stop();
    expect(await bench.ask(READ_WORD)).toEqual({ kind: 'answer', pdu: Uint8Array.of(3, 2, 0, 6) });
  });

  test('drift: the answer runs away from the process', async () => {
    const bench = openFaultBench(framing);
    bench.devices.get(1)?.process.set('word', 100);
    await bench.start('modbus.drift', { points: ['word'], perSecond: 2 });
    await bench.clock.advanceAsync(10_000);
    expect(await bench.ask(READ_WORD)).toEqual({ kind: 'answer', pdu: Uint8Array.of(3, 2, 0, 120) });
    expect(bench.told.at(-1)).toEqual({ unit: 1, values: { word: 120 } });
    await bench.stop();
    expect(await bench.ask(READ_WORD)).toEqual({ kind: 'answer', pdu: Uint8Array.of(3, 2, 0, 100) });
  });
});

describe('on TCP alone', () => {
  test('wrongTransactionId: the answer is late for nobody', async () => {
    const bench = await expectSymptom('tcp', 'modbus.wrongTransactionId', {}, TIMEOUT);
    expect(bench.tally.late).toBe(1);
  });

  test('partialFrame: the end never comes, and the next frame is taken for it', async () => {
    const bench = openFaultBench('tcp');
    await bench.start('modbus.partialFrame', { bytes: 9 });
    expect(await bench.ask(READ_WORD)).toEqual(TIMEOUT);
    expect(bench.heard.map(({ bytes }) => bytes.length)).toEqual([9]);
    await bench.stop();
    expect((await bench.ask(READ_WORD)).kind).not.toBe('answer');
  });
});

describe.each(['rtu', 'ascii'] as const)('on a serial line alone, over %s', (framing) => {
  test('crcError: everything arrives but the check value is wrong', async () => {
    const { heard } = await expectSymptom(framing, 'modbus.crcError', {}, CORRUPT);
    const [good = [], bad = []] = heard.map(({ bytes }) => bytes);
    const checkBytes = framing === 'rtu' ? 2 : 4;
    expect(bad.length).toBe(good.length);
    expect(bad.slice(0, -checkBytes)).toEqual(good.slice(0, -checkBytes));
    expect(bad).not.toEqual(good);
    if (framing === 'ascii') expect(bad.slice(-2)).toEqual(good.slice(-2));
  });

  test('partialFrame: the end never comes', async () => {
    const bench = await expectSymptom(framing, 'modbus.partialFrame', { bytes: 3 }, { kind: framing === 'rtu' ? 'corrupt' : 'timeout' });
    expect(bench.heard[1]?.bytes.length).toBe(3);
  });

  test('crcError of requests: the device keeps silent', async () => {
    const bench = await expectSymptom(framing, 'modbus.crcError', { direction: 'request' }, TIMEOUT);
    expect(bench.devices.get(1)?.seen.length).toBe(2);
  });

  test('noise: at a high bit error rate hardly anything arrives whole', async () => {
    const bench = openFaultBench(framing);
    await bench.start('modbus.noise', { bitErrorRate: 0.2 });
    expect(await bench.ask(READ_WORD)).not.toMatchObject({ kind: 'answer' });
    const { noise, bitErrors } = bench.faults.counters();
    expect(noise).toBeGreaterThan(0);
    expect(bitErrors).toBeGreaterThan(5);
    await bench.stop();
    await bench.clock.advanceAsync(2_000);
    await expectWell(bench);
  });

  test('collision: characters of the answer are garbled', async () => {
    const bench = await expectSymptom(framing, 'modbus.collision', { bytes: 4 }, { kind: expect.stringMatching(/timeout|corrupt/u) });
    expect(bench.heard.filter(({ bytes }) => bytes.length > 0).length).toBeGreaterThan(0);
  });

  test('echo: the client hears its own request first', async () => {
    const bench = openFaultBench(framing);
    await expectWell(bench);
    const quiet = bench.heard.length;
    await bench.start('modbus.echo');
    await bench.ask(READ_WORD);
    const [first] = bench.heard.slice(quiet);
    const request = framing === 'rtu' ? [1, 3, 0, 0, 0, 1, 0x84, 0x0a] : [...Buffer.from(':010300000001FB\r\n')];
    expect(first?.bytes).toEqual(request);
    await bench.stop();
    await bench.clock.advanceAsync(2_000);
    const before = bench.heard.length;
    await expectWell(bench);
    expect(bench.heard.length).toBe(before + 1);
  });

  test('serialDisconnect: the plug is out while the fault is in force', async () => {
    const bench = openFaultBench(framing);
    await bench.start('serialDisconnect');
    expect(bench.plugged).toEqual(['out']);
    expect(bench.faults.counters().serialDisconnect).toBe(1);
    await bench.stop();
    expect(bench.plugged).toEqual(['out', 'in']);
  });
});

test('echo: what an RTU client without echo suppression makes of it', async () => {
  const bench = openFaultBench('rtu');
  await bench.start('modbus.echo');
  // A write is echoed by a good device too: here the client takes its own bytes for the answer, before the device has any.
  const startMs = bench.clock.nowMs();
  expect(await bench.ask([6, 0, 0, 0, 9])).toEqual({ kind: 'answer', pdu: Uint8Array.of(6, 0, 0, 0, 9) });
  expect(bench.clock.nowMs() - startMs).toBeLessThan(7);
  expect(bench.devices.get(1)?.seen).toEqual([]);
});

test.each([
  ['t3.5', {}, [3, 6]],
  ['t1.5', {}, [1, 2.1]],
  ['t3.5', { ms: '60ms' }, [59.9, 60.1]],
] as const)('gap beyond %s (%j): the two parts of the answer are apart', async (silence, more, [leastMs, mostMs]) => {
  const bench = openFaultBench('rtu');
  await bench.start('modbus.gap', { silence, after: 4, ...more });
  const exchange = await bench.ask(READ_WORD);
  await bench.clock.advanceAsync(100);
  const [before, behind] = bench.heard;
  expect([before?.bytes.length, behind?.bytes.length]).toEqual([4, 3]);
  const pauseMs = (behind?.atMs ?? 0) - (before?.atMs ?? 0);
  expect(pauseMs).toBeGreaterThan(leastMs);
  expect(pauseMs).toBeLessThan(mostMs);
  // A client behind an adapter cannot see pauses below its latency; one that is longer spoils the frame.
  expect(exchange.kind).toBe('ms' in more ? 'corrupt' : 'answer');
  expect(CLIENT_TIMEOUT_MS).toBeGreaterThan(mostMs);
});
