import type { Judgement } from '../judgement.ts';
import { collectFindings, type Findings } from './collect-findings.ts';
import { deviceMessages, type DeviceMessage } from './device-messages.ts';
import type { History } from './history.ts';
import { makeJudgement } from './make-judgement.ts';
import { counted, grouped, listed } from './wording.ts';

/** The promise of one QoS, applied to every message that was published with it. */
export interface DeliveryRules {
  readonly qos: 0 | 1 | 2;
  /** Adds what breaks the promise to `findings`, under a key of `broken`. */
  judge(message: DeviceMessage, findings: Findings): void;
  /** What is said of each kind of finding, in this order; the key is also the name of its figure. */
  readonly broken: Readonly<Record<string, string>>;
  /** What a pass says after the number of messages: `arrived exactly once`. */
  readonly held: string;
  /** Figures beyond sent, acked, received and the kinds. */
  figures(messages: readonly DeviceMessage[]): Readonly<Record<string, number>>;
}

/** Judges the messages of one QoS at their observer. What arrived and was never sent breaks every promise. */
export function judgeDeliveries(history: History, at: string | undefined, rules: DeliveryRules): Judgement {
  const { messages, phantoms, missing } = deviceMessages(history, at);
  const ofQos = messages.filter(({ qos }) => qos === rules.qos);
  const findings = collectFindings(history);
  for (const message of ofQos) rules.judge(message, findings);
  for (const { t, client, n, qos } of phantoms) findings.add('phantoms', t, `${client} n ${n} arrived at QoS ${qos}, but nobody sent it`);
  const kinds = { ...rules.broken, phantoms: 'received but never sent' };
  const figures = {
    sent: ofQos.length,
    acked: ofQos.filter(({ ackedMs }) => Number.isFinite(ackedMs)).length,
    received: ofQos.filter(({ deliveries }) => deliveries.length > 0).length,
    ...Object.fromEntries(Object.keys(kinds).map((kind) => [kind, findings.count(kind)])),
    ...rules.figures(ofQos),
  };
  const broken = Object.entries(kinds).flatMap(([kind, what]) => {
    const count = findings.count(kind);
    return count === 0 ? [] : [`${grouped(count)} of ${counted(ofQos.length, 'message')} ${what}, ${findings.span(kind)}`];
  });
  if (broken.length > 0) return makeJudgement('fail', broken.join('; '), { figures, findings: findings.all });
  const lacking = ofQos.length === 0 ? [`no message of QoS ${rules.qos} was sent`, ...missing] : missing;
  if (lacking.length > 0) return makeJudgement('inconclusive', lacking.join('; '), { figures });
  const clients = new Set(ofQos.map(({ client }) => client)).size;
  return makeJudgement('pass', `${counted(ofQos.length, 'message')} of ${counted(clients, 'client')} ${rules.held}`, { figures });
}

/** Adds a finding for each delivery below the QoS of publication, which forwarding and subscription of the run leave as it is. */
export function findDowngrades({ client, n, qos, deliveries }: DeviceMessage, findings: Findings): void {
  const lower = deliveries.filter((delivery) => delivery.qos < qos);
  const [first] = lower;
  if (first === undefined) return;
  const arrived = listed(lower.map((delivery) => String(delivery.qos)));
  findings.add('downgraded', first.t, `${client} n ${n} was published at QoS ${qos} and arrived at QoS ${arrived}`);
}

/** True when the broker had taken responsibility for the message before the senders were told to stop. */
export function ackedInTime(history: History, message: DeviceMessage): boolean {
  return message.ackedMs <= history.quiescedMs;
}

/** `3 times at 1.2 s, 1.4 s, 9.0 s`, in the order of arrival. */
export function arrivalsOf({ deliveries }: DeviceMessage): string {
  return `${deliveries.length} times, at ${listed(deliveries.map(({ t }) => `${(t / 1_000).toFixed(3)} s`))}`;
}
