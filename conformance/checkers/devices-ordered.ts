import { z } from '../../hil/runtime/schema.ts';
import type { Checker } from './checker.ts';
import { collectFindings } from './collect-findings.ts';
import { deviceMessages, type DeviceMessage } from './device-messages.ts';
import { makeJudgement } from './make-judgement.ts';
import { counted } from './wording.ts';

const params = z.strictObject({
  at: z.string().optional().describe('Gateway whose observer is asked; by default the far end of each uplink chain.'),
});

/**
 * MQTT 3.1.1 section 4.6 (message ordering): messages of one client, one topic and one QoS reach a subscriber in the order
 * in which they were published. A message that comes again is judged by its first arrival.
 */
export const devicesOrdered: Checker<typeof params, 'devices.ordered'> = {
  that: 'devices.ordered',
  purpose: 'The messages of each client and QoS level first reached the far end in the order in which they were sent.',
  params,
  check(history, { at }) {
    const { messages, missing } = deviceMessages(history, at);
    const findings = collectFindings(history);
    const arrived = messages.filter(({ deliveries }) => deliveries.length > 0).toSorted((a, b) => firstSeq(a) - firstSeq(b));
    const highest = new Map<string, number>();
    for (const { client, n, qos, deliveries } of arrived) {
      const lane = `${client} at QoS ${qos}`;
      const before = highest.get(lane) ?? 0;
      if (n < before) findings.add('late', deliveries[0]?.t, `${client} n ${n} (QoS ${qos}) first arrived after n ${before}`);
      else highest.set(lane, n);
    }
    const figures = { received: arrived.length, lanes: highest.size, outOfOrder: findings.count('late') };
    if (findings.all.length > 0) {
      const because = `${counted(findings.all.length, 'message')} of ${counted(arrived.length, 'message')} out of order, ${findings.span('late')}`;
      return makeJudgement('fail', because, { figures, findings: findings.all });
    }
    const lacking = arrived.length < 2 ? [`${counted(arrived.length, 'message')} received`, ...missing] : missing;
    if (lacking.length > 0) return makeJudgement('inconclusive', lacking.join('; '), { figures });
    const because = `${counted(arrived.length, 'message')} in ${counted(highest.size, 'lane')} (client and QoS) arrived in order`;
    return makeJudgement('pass', because, { figures });
  },
};

function firstSeq({ deliveries }: DeviceMessage): number {
  return deliveries[0]?.seq ?? 0;
}
