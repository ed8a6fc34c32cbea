import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import type { Checker } from './checker.ts';
import { devicesOrdered } from './devices-ordered.ts';
import { judged } from './hand-made-history.contract.ts';
import { changed, messageJournal, type MadeMessage } from './hand-made-messages.contract.ts';
import { qos0AtMostOnce } from './qos0-at-most-once.ts';
import { qos1AtLeastOnce } from './qos1-at-least-once.ts';
import { qos2ExactlyOnce } from './qos2-exactly-once.ts';

const CHECKERS = [qos0AtMostOnce, qos1AtLeastOnce, qos2ExactlyOnce, devicesOrdered];

/** Messages of some clients as a broker without fault may carry them: any delay that keeps the order, loss and redelivery where allowed. */
const fleets = fc
  .array(fc.record({ gapMs: fc.integer({ min: 1, max: 500 }), client: fc.integer({ min: 1, max: 6 }), delayMs: fc.integer({ min: 1, max: 40 }), whim: fc.integer({ min: 0, max: 9 }) }), { minLength: 30, maxLength: 80 })
  .map((steps) => {
    const numbers = new Map<string, number>();
    let nowMs = 1_000;
    return steps.map(({ gapMs, client: index, delayMs, whim }): MadeMessage => {
      const client = `sensors-${index}`;
      const qos = (index - 1) % 3;
      const n = (numbers.get(client) ?? 0) + 1;
      numbers.set(client, n);
      // A gap of at least the greatest delay keeps first arrivals in order.
      nowMs += gapMs + 40;
      const first = { t: nowMs + delayMs, qos };
      const unpromised = whim === 0 && qos !== 1;
      const again = whim === 1 && qos === 1 ? [{ t: first.t + gapMs, qos }] : [];
      return { client, n, qos, sentMs: nowMs, ackedMs: unpromised && qos > 0 ? undefined : nowMs + 1, arrivals: unpromised ? [] : [first, ...again] };
    });
  })
  .filter((messages) => [0, 1, 2].every((qos) => messages.filter((message) => message.qos === qos && message.arrivals.length > 0 && message.ackedMs !== undefined).length > 2));

test('what a broker may do passes every checker', () => {
  fc.assert(
    fc.property(fleets, (messages) => {
      for (const checker of CHECKERS) expect(judged(checker, messageJournal(messages), {})).toMatchObject({ verdict: 'pass', findingsTotal: 0 });
    }),
    replay(),
  );
});

const PLANTS: readonly [name: string, checker: Checker<typeof qos2ExactlyOnce.params>, qos: number, how: (message: MadeMessage) => MadeMessage][] = [
  ['a QoS 2 loss', qos2ExactlyOnce, 2, (message) => ({ ...message, arrivals: [] })],
  ['a QoS 2 duplicate', qos2ExactlyOnce, 2, (message) => ({ ...message, arrivals: [...message.arrivals, ...message.arrivals] })],
  ['a QoS 2 downgrade', qos2ExactlyOnce, 2, (message) => ({ ...message, arrivals: message.arrivals.map(({ t }) => ({ t, qos: 1 })) })],
  ['a QoS 1 loss', qos1AtLeastOnce, 1, (message) => ({ ...message, arrivals: [] })],
  ['a QoS 0 duplicate', qos0AtMostOnce, 0, (message) => ({ ...message, arrivals: [...message.arrivals, ...message.arrivals] })],
];

test.each(PLANTS)('%s is found wherever it is planted, alone', (_, checker, qos, how) => {
  fc.assert(
    fc.property(fleets, fc.nat(), (messages, pick) => {
      const victims = messages.filter((message) => message.qos === qos && message.ackedMs !== undefined && message.arrivals.length > 0);
      const victim = victims[pick % victims.length];
      fc.pre(victim !== undefined);
      const judgement = judged(checker, messageJournal(changed(messages, victim.client, victim.n, how)), {});
      expect(judgement).toMatchObject({ verdict: 'fail', findingsTotal: 1 });
      expect(judgement.findings[0]?.text).toContain(`${victim.client} n ${victim.n}`);
    }),
    replay(),
  );
});

test('two messages of one client that changed places are found', () => {
  fc.assert(
    fc.property(fleets, fc.nat(), (messages, pick) => {
      const pairs = messages.flatMap((first, index) => {
        const second = messages.slice(index + 1).find(({ client, arrivals }) => client === first.client && arrivals.length > 0);
        return second === undefined || first.arrivals.length === 0 ? [] : [{ first, second }];
      });
      const pair = pairs[pick % pairs.length];
      fc.pre(pair !== undefined);
      const lateMs = Math.max(...pair.second.arrivals.map(({ t }) => t)) + 1;
      const late = changed(messages, pair.first.client, pair.first.n, (message) => ({ ...message, arrivals: [{ t: lateMs, qos: message.qos }] }));
      expect(judged(devicesOrdered, messageJournal(late), {})).toMatchObject({ verdict: 'fail' });
    }),
    replay(),
  );
});
