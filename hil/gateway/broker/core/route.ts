import type { Qos } from '../../../protocols/mqtt/packet.ts';
import { NO_IDENTIFIERS } from './delivery.ts';
import type { Session } from './session.ts';
import type { ShareGroup } from './share-group.ts';
import type { Subscription } from './subscription.ts';

/** What one session gets of a message, gathered from all its subscriptions that match. @see MQTT 5.0, section 3.3.4 */
export interface Copy {
  /** The highest granted (MQTT-3.3.4-2). */
  readonly qos: Qos;
  readonly retainAsPublished: boolean;
  /** Of every subscription that has one (MQTT-3.3.4-3, MQTT-3.3.4-4). */
  readonly identifiers: readonly number[];
}

/** One session that a topic leads to. */
export interface Target {
  readonly session: Session;
  /** Of the messages of others. */
  readonly copy: Copy;
  /** Of its own messages: without subscriptions that have No Local (MQTT-3.8.3-3). */
  readonly ownCopy: Copy | undefined;
}

/** Where the messages of one topic go. */
export interface Route {
  readonly targets: readonly Target[];
  readonly groups: readonly ShareGroup[];
}

/** @param subscriptions - Those of one session that match; at least one. */
export function targetOf(session: Session, subscriptions: readonly Subscription[]): Target {
  const copy = copyOf(subscriptions);
  const own = subscriptions.filter(({ noLocal }) => !noLocal);
  if (own.length === subscriptions.length) return { session, copy, ownCopy: copy };
  return { session, copy, ownCopy: own.length === 0 ? undefined : copyOf(own) };
}

function copyOf(subscriptions: readonly Subscription[]): Copy {
  let qos: Qos = 0;
  let retainAsPublished = false;
  let identifiers: number[] | undefined;
  for (const subscription of subscriptions) {
    if (subscription.qos > qos) qos = subscription.qos;
    retainAsPublished ||= subscription.retainAsPublished;
    if (subscription.identifier !== undefined) (identifiers ??= []).push(subscription.identifier);
  }
  return { qos, retainAsPublished, identifiers: identifiers ?? NO_IDENTIFIERS };
}
