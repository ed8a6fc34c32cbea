import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BrokerMessage } from '../broker/broker-engine.ts';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { StoreAndForward } from './store-and-forward.ts';

const sizes = fc.integer({ min: 0, max: 12 });
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: fc.record({ push: sizes }) }, fc.constant('take' as const)), { maxLength: 200 });

test('does what a plain array would do, and never exceeds its bounds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), steps, (messagesMax, bytesMax, script) => {
      const store = new StoreAndForward({ messagesMax, bytesMax });
      const model: BrokerMessage[] = [];
      for (const [index, step] of script.entries()) {
        if (step === 'take') {
          expect(store.take()).toBe(model.shift());
        } else {
          const message: BrokerMessage = { topic: `t${index}`, payload: new Uint8Array(step.push), qos: 1, retain: false };
          const expected: BrokerMessage[] = [];
          if (bytesOf([message]) > bytesMax) {
            expected.push(message);
          } else {
            model.push(message);
            while (model.length > messagesMax || bytesOf(model) > bytesMax) expected.push(...model.splice(0, 1));
          }
          expect(store.push(message)).toEqual(expected);
        }
        expect([store.messages, store.bytes]).toEqual([model.length, bytesOf(model)]);
        expect(store.messages <= messagesMax && store.bytes <= bytesMax).toBe(true);
      }
    }),
    replay(),
  );
});

function bytesOf(messages: readonly BrokerMessage[]): number {
  return messages.reduce((sum, { topic, payload }) => sum + topic.length + payload.byteLength, 0);
}

test('a long queue is taken in order', () => {
  const store = new StoreAndForward({ messagesMax: 100_000, bytesMax: 1_000_000_000 });
  let next = 0;
  for (let n = 0; n < 50_000; n += 1) {
    store.push({ topic: String(n), payload: new Uint8Array(0), qos: 0, retain: false });
    if (n % 3 === 0) expect(store.take()?.topic).toBe(String(next++));
  }
  while (next < 50_000) expect(store.take()?.topic).toBe(String(next++));
  expect([store.take(), store.messages, store.bytes]).toEqual([undefined, 0, 0]);
});
