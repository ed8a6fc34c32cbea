import { z } from '../../hil/runtime/schema.ts';
import type { Checker } from './checker.ts';
import { ackedInTime, findDowngrades, judgeDeliveries } from './judge-deliveries.ts';
import { seconds } from './wording.ts';

const params = z.strictObject({
  at: z.string().optional().describe('Gateway whose observer is asked; by default the far end of each uplink chain.'),
});

/** MQTT 3.1.1 section 4.3.2: a message that the broker acknowledged (PUBACK) arrives, perhaps more than once. */
export const qos1AtLeastOnce: Checker<typeof params, 'qos1.atLeastOnce'> = {
  that: 'qos1.atLeastOnce',
  purpose: 'Every QoS 1 message that the gateway acknowledged reached the far end, at QoS 1.',
  params,
  check: (history, { at }) =>
    judgeDeliveries(history, at, {
      qos: 1,
      broken: { lost: 'lost after they were acknowledged', downgraded: 'received below QoS 1' },
      held: 'arrived at least once when acknowledged',
      judge(message, findings) {
        const { client, n, sentMs, deliveries } = message;
        if (deliveries.length === 0 && ackedInTime(history, message)) {
          findings.add('lost', sentMs, `${client} n ${n}, sent at ${seconds(sentMs)} and acknowledged, never arrived`);
        }
        findDowngrades(message, findings);
      },
      figures: (messages) => ({ redelivered: messages.reduce((sum, { deliveries }) => sum + Math.max(0, deliveries.length - 1), 0) }),
    }),
};
