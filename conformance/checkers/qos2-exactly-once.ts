import { z } from '../../hil/runtime/schema.ts';
import type { Checker } from './checker.ts';
import { ackedInTime, arrivalsOf, findDowngrades, judgeDeliveries } from './judge-deliveries.ts';
import { seconds } from './wording.ts';

const params = z.strictObject({
  at: z.string().optional().describe('Gateway whose observer is asked; by default the far end of each uplink chain.'),
});

/** MQTT 3.1.1 section 4.3.3: a message that the broker acknowledged (PUBCOMP) arrives once, one that it did not at most once. */
export const qos2ExactlyOnce: Checker<typeof params, 'qos2.exactlyOnce'> = {
  that: 'qos2.exactlyOnce',
  purpose: 'Every QoS 2 message that the gateway acknowledged reached the far end exactly once, at QoS 2.',
  params,
  check: (history, { at }) =>
    judgeDeliveries(history, at, {
      qos: 2,
      broken: { lost: 'lost after they were acknowledged', duplicates: 'received more than once', downgraded: 'received below QoS 2' },
      held: 'arrived exactly once when acknowledged, at most once when not',
      judge(message, findings) {
        const { client, n, sentMs, deliveries } = message;
        if (deliveries.length === 0 && ackedInTime(history, message)) {
          findings.add('lost', sentMs, `${client} n ${n}, sent at ${seconds(sentMs)} and acknowledged, never arrived`);
        }
        if (deliveries.length > 1) findings.add('duplicates', deliveries[1]?.t, `${client} n ${n} arrived ${arrivalsOf(message)}`);
        findDowngrades(message, findings);
      },
      figures: () => ({}),
    }),
};
