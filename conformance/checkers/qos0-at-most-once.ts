import { z } from '../../hil/runtime/schema.ts';
import type { Checker } from './checker.ts';
import { arrivalsOf, judgeDeliveries } from './judge-deliveries.ts';

const params = z.strictObject({
  at: z.string().optional().describe('Gateway whose observer is asked; by default the far end of each uplink chain.'),
});

/** MQTT 3.1.1 section 4.3.1: a message arrives once or not at all; what did not arrive is a figure, not a fault. */
export const qos0AtMostOnce: Checker<typeof params, 'qos0.atMostOnce'> = {
  that: 'qos0.atMostOnce',
  purpose: 'No QoS 0 message reached the far end more than once.',
  params,
  check: (history, { at }) =>
    judgeDeliveries(history, at, {
      qos: 0,
      broken: { duplicates: 'received more than once' },
      held: 'arrived at most once',
      judge(message, findings) {
        const { client, n, deliveries } = message;
        if (deliveries.length > 1) findings.add('duplicates', deliveries[1]?.t, `${client} n ${n} arrived ${arrivalsOf(message)}`);
      },
      figures(messages) {
        const lost = messages.filter(({ deliveries }) => deliveries.length === 0).length;
        return { lost, lostPercent: messages.length === 0 ? 0 : Math.round((lost * 10_000) / messages.length) / 100 };
      },
    }),
};
