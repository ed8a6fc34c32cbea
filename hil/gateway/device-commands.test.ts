import { expect, test, vi } from 'vitest';
import { silentLogger } from '../runtime/log.ts';
import type { ObservationData } from '../runtime/observation.ts';
import type { BrokerMessage } from './broker/broker-engine.ts';
import { COMMAND_BYTES_MAX, createDeviceCommands } from './device-commands.ts';
import type { PointWriteResult } from './southbound/point-writer.ts';
import type { Southbound } from './southbound/southbound.ts';

function bench(write: Southbound['write']): { send: (topic: string, payload: string) => void; published: [string, unknown][]; observed: ObservationData[] } {
  const published: [string, unknown][] = [];
  const observed: ObservationData[] = [];
  const take = createDeviceCommands({
    southbound: { write },
    engine: {
      publish: async ({ topic, payload }: BrokerMessage) => void published.push([topic, JSON.parse(Buffer.from(payload).toString())]),
    },
    observe: (_type, data) => void observed.push(data),
    log: silentLogger,
  });
  return { send: (topic, payload) => take({ topic, payload: Buffer.from(payload), qos: 1, retain: false, clientId: 'hmi' }), published, observed };
}

const RESULT = 'command/pump-1/StartLevel/result';

test.each<[string, string, unknown[], unknown]>([
  ['a bare number', '2.5', ['pump-1', 'StartLevel', 2.5], { ok: true, kind: 'written', v: 2.5, verified: true }],
  ['a boolean', 'true', ['pump-1', 'StartLevel', true], { ok: true, kind: 'written', v: 2.5, verified: true }],
  ['a text', '"9007199254740993"', ['pump-1', 'StartLevel', '9007199254740993'], { ok: true, kind: 'written', v: 2.5, verified: true }],
  ['an object with an id', '{"v": 2.5, "id": "a-7"}', ['pump-1', 'StartLevel', 2.5], { ok: true, kind: 'written', v: 2.5, verified: true, id: 'a-7' }],
])('%s is written and its result published', async (_name, payload, asked, answer) => {
  const write = vi.fn(async (): Promise<PointWriteResult> => ({ kind: 'written', value: 2.5, verified: true }));
  const { send, published, observed } = bench(write);
  send('command/pump-1/StartLevel', payload);
  await vi.waitFor(() => expect(published).toEqual([[RESULT, answer]]));
  expect(write.mock.calls).toEqual([asked]);
  expect(observed).toEqual([{ device: 'pump-1', point: 'StartLevel', ...Object(answer) }]);
});

test.each<[string, PointWriteResult, unknown]>([
  ['another value is held', { kind: 'differs', value: 3 }, { ok: false, kind: 'differs', v: 3, because: expect.stringContaining('another value') }],
  ['it is refused', { kind: 'refused', because: 'Level is not writable' }, { ok: false, kind: 'refused', because: 'Level is not writable' }],
  ['the device refuses', { kind: 'exception', code: 2 }, { ok: false, kind: 'exception', because: expect.stringContaining('exception 2') }],
  ['nobody answers', { kind: 'timeout' }, { ok: false, kind: 'timeout', because: expect.any(String) }],
  ['the line is cut', { kind: 'closed', because: 'unplugged' }, { ok: false, kind: 'closed', because: 'unplugged' }],
])('when %s, the result says so', async (_name, result, answer) => {
  const { send, published } = bench(async () => result);
  send('command/pump-1/StartLevel', '2.5');
  await vi.waitFor(() => expect(published).toEqual([[RESULT, answer]]));
});

test.each(['', 'on', '{"v": null}', '[1]', '{"value": 1}', '{"v": 1, "id": 7}', `"${'x'.repeat(COMMAND_BYTES_MAX)}"`])('the payload %j is refused and nothing is written', async (payload) => {
  const write = vi.fn();
  const { send, published } = bench(write);
  send('command/pump-1/StartLevel', payload);
  await vi.waitFor(() => expect(published).toEqual([[RESULT, { ok: false, kind: 'refused', because: expect.stringContaining('no JSON value') }]]));
  expect(write).not.toHaveBeenCalled();
});

test('a full queue is a refusal', async () => {
  const { send, published } = bench(() => Promise.reject(new Error('64 requests wait already')));
  send('command/pump-1/StartLevel', '1');
  await vi.waitFor(() => expect(published).toEqual([[RESULT, { ok: false, kind: 'refused', because: '64 requests wait already' }]]));
});

test.each(['command/pump-1', 'command/pump-1/StartLevel/result', 'command//StartLevel', 'telemetry/pump-1/StartLevel', '$command/pump-1/StartLevel'])('%s is no command', async (topic) => {
  const write = vi.fn();
  const { send, published } = bench(write);
  send(topic, '1');
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect([write.mock.calls, published]).toEqual([[], []]);
});
