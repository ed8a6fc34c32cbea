import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../sim/world/manual-clock.ts';
import { openControlChannel, type ControlChannel } from './control-channel.ts';
import { childMessageSchema, type ChildMessage } from './control-messages.ts';
import { FieldproofError } from './errors.ts';
import { OBSERVATIONS_BUFFERED_MAX } from './limits.ts';

interface Wire {
  readonly channel: ControlChannel;
  readonly clock: ManualClock;
  readonly input: PassThrough;
  /** All messages so far; each is checked against the schema that a parent uses. */
  readonly messages: () => ChildMessage[];
  /** How often something was written. */
  readonly writes: () => number;
  /** Sends a line as the parent and gives the reply. */
  readonly ask: (line: string) => Promise<ChildMessage | undefined>;
}

const open: Wire[] = [];
afterEach(async () => {
  for (const { channel, input } of open.splice(0)) {
    await channel.close();
    input.destroy();
  }
});

function openWire(supervised = true): Wire {
  const clock = createManualClock({ startMs: 1_000 });
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  let writes = 0;
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    writes += 1;
  });
  const channel = openControlChannel({ clock, input, output, pid: 42, supervised });
  const messages = (): ChildMessage[] => text.split('\n').slice(0, -1).map((line) => childMessageSchema.parse(JSON.parse(line)));
  const replies = (): ChildMessage[] => messages().filter(({ event }) => event === 'reply');
  const ask = async (line: string): Promise<ChildMessage | undefined> => {
    const before = replies().length;
    input.write(`${line}\n`);
    while (replies().length === before) await once(output, 'data');
    return replies().at(-1);
  };
  const wire = { channel, clock, input, messages, writes: () => writes, ask };
  open.push(wire);
  return wire;
}

describe('commands', () => {
  test('are carried out and answered under their id', async () => {
    const { channel, ask } = openWire();
    channel.handle('add', ({ a, b }) => ({ sum: Number(a) + Number(b) }));
    channel.handle('later', async () => {
      await Promise.resolve();
      return {};
    });
    expect(await ask('{"id":3,"command":"add","params":{"a":1,"b":2}}')).toEqual({ event: 'reply', id: 3, ok: true, data: { sum: 3 } });
    expect(await ask('{"id":4,"command":"later"}')).toEqual({ event: 'reply', id: 4, ok: true, data: {} });
  });

  test('a handler that throws refuses, and the next command still works', async () => {
    const { channel, ask } = openWire();
    channel.handle('fail', () => {
      throw new FieldproofError('FP_CONTROL', 'fault x is active already');
    });
    channel.handle('fine', () => ({}));
    expect(await ask('{"id":1,"command":"fail"}')).toEqual({ event: 'reply', id: 1, ok: false, error: 'fault x is active already' });
    expect(await ask('{"id":2,"command":"fine"}')).toMatchObject({ id: 2, ok: true });
  });

  test('an unknown command names the known ones', async () => {
    const { channel, ask } = openWire();
    channel.handle('stop', () => ({}));
    channel.handle('fault.start', () => ({}));
    expect(await ask('{"id":9,"command":"stpo"}')).toEqual({ event: 'reply', id: 9, ok: false, error: 'unknown command "stpo"; known: stop, fault.start' });
  });

  test.each(['not json', '{"id":-1,"command":"stop"}', '{"command":"stop"}', '[]', '', 'null'])('a line that is no command is answered with id -1: %s', async (line) => {
    const { ask } = openWire();
    expect(await ask(line)).toEqual({ event: 'reply', id: -1, ok: false, error: 'the command line does not parse' });
  });

  test('lines may come in pieces, and several in one piece', async () => {
    const { channel, input, messages } = openWire();
    const seen: unknown[] = [];
    channel.handle('note', ({ n }) => {
      seen.push(n);
      return {};
    });
    input.write('{"id":1,"command":"note","params":{"n":1}}\n{"id":2,"comm');
    input.write('and":"note","params":{"n":2}}\r\n{"id":3,"command":"note","params":{"n":3}}\n');
    while (messages().length < 3) await new Promise((resolve) => void setTimeout(resolve, 1));
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('observations', () => {
  test('leave in one write each 20 ms, with the instants at which they were made', () => {
    const { channel, clock, messages, writes } = openWire();
    const observe = channel.observerFor('edge-1');
    observe('a.first', { n: 1 });
    clock.advance(15);
    observe('a.second', { n: 2 });
    expect(writes()).toBe(0);
    clock.advance(5);
    expect(writes()).toBe(1);
    expect(messages()).toEqual([
      { event: 'observation', t: 1_000, source: 'edge-1', type: 'a.first', data: { n: 1 } },
      { event: 'observation', t: 1_015, source: 'edge-1', type: 'a.second', data: { n: 2 } },
    ]);
    clock.advance(100);
    expect([writes(), clock.pendingTimers]).toEqual([1, 0]);
  });

  test('stand before a reply that comes after them', async () => {
    const { channel, ask, messages } = openWire();
    const observe = channel.observerFor('edge-1');
    channel.handle('work', () => {
      observe('work.done', {});
      return {};
    });
    observe('before.work', {});
    await ask('{"id":1,"command":"work"}');
    expect(messages().map((message) => ('type' in message ? message.type : message.event))).toEqual(['before.work', 'work.done', 'reply']);
  });

  test('beyond the bound are dropped, and how many is said', () => {
    const { channel, clock, messages } = openWire();
    const observe = channel.observerFor('edge-1');
    for (let n = 0; n < OBSERVATIONS_BUFFERED_MAX + 7; n += 1) observe('a.b', {});
    clock.advance(20);
    observe('a.c', {});
    clock.advance(20);
    const received = messages();
    expect(received.length).toBe(OBSERVATIONS_BUFFERED_MAX + 2);
    expect(received.slice(-2)).toMatchObject([{ source: 'pid-42', type: 'control.dropped', data: { observations: 7 } }, { type: 'a.c' }]);
  });

  test('what is buffered goes out at close', async () => {
    const { channel, clock, messages } = openWire();
    channel.observerFor('edge-1')('a.last', {});
    await channel.close();
    expect(messages()).toMatchObject([{ type: 'a.last' }]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the two ends', () => {
  test('ready carries the pid and the facts', () => {
    const { channel, messages } = openWire();
    channel.ready({ mqttPort: 1_883 });
    expect(messages()).toEqual([{ event: 'ready', pid: 42, mqttPort: 1_883 }]);
  });

  test('the end of input means that the parent is gone', async () => {
    const { channel, input } = openWire();
    input.end();
    await channel.parentGone;
  });

  test('so does an input that breaks', async () => {
    const { channel, input } = openWire();
    input.destroy(new Error('EIO'));
    await channel.parentGone;
  });

  test('unsupervised, only the ready line is written and the input is left alone', async () => {
    const { channel, clock, input, messages } = openWire(false);
    let isGone = false;
    void channel.parentGone.then(() => (isGone = true));
    channel.handle('stop', () => ({}));
    channel.observerFor('edge-1')('a.b', {});
    channel.ready({ port: 1 });
    input.write('{"id":1,"command":"stop"}\n');
    input.end();
    await clock.advanceAsync(100);
    expect(messages()).toEqual([{ event: 'ready', pid: 42, port: 1 }]);
    expect([isGone, input.readableLength > 0]).toEqual([false, true]);
  });
});
