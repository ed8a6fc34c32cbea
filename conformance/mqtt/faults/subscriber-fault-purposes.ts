import type { BrokerPurpose, PurposeStatements } from '../broker/broker-purpose.ts';
import { FAULT_KINDS, FAULT_WORDS, type FaultKind } from './fault-kinds.ts';
import { faultySubscriber, type FaultySubscriber } from './faulty-subscriber.ts';

/** A place in the handshake of a delivery where the connection of the subscriber ends. */
interface SubscriberBoundary {
  readonly qos: 1 | 2;
  /** Tens of the case numbers, 30 and up; the last digit is the fault. */
  readonly block: number;
  readonly at: string;
  /** What the broker has to do on the next connection. */
  readonly afterwards: string;
  readonly statements: PurposeStatements;
  readonly caughtBy: string;
  /** Nothing of a session that was discarded may come; else the message has to. */
  readonly discards?: boolean;
  /** All by default; where nobody is away, there is nothing to take over. */
  readonly faults?: readonly FaultKind[];
  readonly plan: (subscriber: FaultySubscriber, fault: FaultKind) => Promise<void>;
}

/** What is under way to the subscriber gets so long to arrive there unread, milliseconds. */
const UNDER_WAY_MS = 50;
const MESSAGE = 'message';

const STORED: PurposeStatements = { '3.1.1': ['MQTT-3.1.2-5', 'MQTT-4.4.0-1'], '5.0': ['MQTT-3.1.2-5', 'MQTT-4.4.0-1'] };
const RESENT_1: PurposeStatements = { '3.1.1': ['MQTT-3.3.1-1', 'MQTT-4.3.2-1', 'MQTT-4.4.0-1'], '5.0': ['MQTT-3.3.1-1', 'MQTT-4.3.2-3', 'MQTT-4.4.0-1'] };
const RESENT_2: PurposeStatements = { '3.1.1': ['MQTT-3.3.1-1', 'MQTT-4.3.3-1', 'MQTT-4.4.0-1'], '5.0': ['MQTT-3.3.1-1', 'MQTT-4.3.3-3', 'MQTT-4.4.0-1'] };
const PUBREL_RESENT: PurposeStatements = { '3.1.1': ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'], '5.0': ['MQTT-4.3.3-5', 'MQTT-4.3.3-6', 'MQTT-4.4.0-1'] };
const DISCARDED: PurposeStatements = { '3.1.1': ['MQTT-3.1.2-6'], '5.0': ['MQTT-3.1.2-4'] };

const BOUNDARIES: readonly SubscriberBoundary[] = [
  ...([1, 2] as const).flatMap(ofEither),
  {
    qos: 1,
    block: 36,
    at: 'with PUBACK sent, which may have arrived or not',
    afterwards: 'may resend the message with DUP and its packet id, or not',
    statements: RESENT_1,
    caughtBy: 'redelivers-as-new-at-reconnect',
    plan: async (subscriber, fault) => {
      await subscriber.publish(MESSAGE);
      await subscriber.answer('puback', await subscriber.readPublish(MESSAGE));
      await subscriber.cutAndResume(fault);
    },
  },
  {
    qos: 1,
    block: 37,
    at: 'after PUBACK has arrived',
    afterwards: 'does not send the message again',
    statements: RESENT_1,
    caughtBy: 'redelivers-at-reconnect',
    plan: async (subscriber, fault) => {
      await subscriber.publish(MESSAGE);
      await subscriber.answer('puback', await subscriber.readPublish(MESSAGE));
      await subscriber.settle();
      await subscriber.cutAndResume(fault);
    },
  },
  {
    qos: 2,
    block: 36,
    at: 'with PUBREC sent, which may have arrived or not',
    afterwards: 'resends PUBLISH with DUP, or PUBREL: the message is delivered once',
    statements: RESENT_2,
    caughtBy: 'resumes-nothing',
    plan: async (subscriber, fault) => {
      await subscriber.publish(MESSAGE);
      await subscriber.answer('pubrec', await subscriber.readPublish(MESSAGE));
      await subscriber.cutAndResume(fault);
    },
  },
  {
    qos: 2,
    block: 37,
    at: 'after PUBREL',
    afterwards: 'resends PUBREL and not PUBLISH',
    statements: PUBREL_RESENT,
    caughtBy: 'resends-publish-after-pubrel',
    plan: async (subscriber, fault) => {
      await untilPubrel(subscriber);
      await subscriber.cutAndResume(fault);
    },
  },
  {
    qos: 2,
    block: 38,
    at: 'with half a PUBCOMP sent',
    afterwards: 'resends PUBREL and not PUBLISH',
    statements: PUBREL_RESENT,
    caughtBy: 'resumes-nothing',
    plan: async (subscriber, fault) => {
      await subscriber.answerHalf('pubcomp', await untilPubrel(subscriber));
      await subscriber.cutAndResume(fault);
    },
  },
  {
    qos: 2,
    block: 39,
    at: 'with PUBCOMP sent, which may have arrived or not',
    afterwards: 'may resend PUBREL and not PUBLISH',
    statements: PUBREL_RESENT,
    caughtBy: 'redelivers-at-reconnect',
    plan: async (subscriber, fault) => {
      await subscriber.answer('pubcomp', await untilPubrel(subscriber));
      await subscriber.cutAndResume(fault);
    },
  },
  {
    qos: 2,
    block: 40,
    at: 'after PUBCOMP has arrived',
    afterwards: 'does not send the message again',
    statements: RESENT_2,
    caughtBy: 'redelivers-at-reconnect',
    plan: async (subscriber, fault) => {
      await subscriber.answer('pubcomp', await untilPubrel(subscriber));
      await subscriber.settle();
      await subscriber.cutAndResume(fault);
    },
  },
];

/** Faults on the way from the broker to the subscriber. */
export const SUBSCRIBER_FAULT_PURPOSES: readonly BrokerPurpose[] = BOUNDARIES.flatMap((boundary) => (boundary.faults ?? FAULT_KINDS).map((fault) => purposeAt(boundary, fault)));

/** What is the same at both QoS: up to the first answer. */
function ofEither(qos: 1 | 2): SubscriberBoundary[] {
  const resent = qos === 1 ? RESENT_1 : RESENT_2;
  const first = qos === 1 ? 'puback' : 'pubrec';
  return [
    {
      qos,
      block: 30,
      at: 'before the message is published',
      afterwards: 'delivers it',
      statements: STORED,
      faults: ['fin', 'reset', 'restart'],
      caughtBy: 'loses-messages-while-away',
      plan: async (subscriber, fault) => {
        await subscriber.cut(fault);
        await subscriber.publish(MESSAGE);
        await subscriber.resume();
      },
    },
    {
      qos,
      block: 31,
      at: 'with PUBLISH under way and not read',
      afterwards: 'delivers the message',
      statements: resent,
      caughtBy: 'resumes-nothing',
      plan: async (subscriber, fault) => {
        await subscriber.publish(MESSAGE);
        await subscriber.client.bench.wire.pause(UNDER_WAY_MS);
        await subscriber.cutAndResume(fault);
      },
    },
    {
      qos,
      block: 32,
      at: 'after PUBLISH, which it does not answer',
      afterwards: 'resends it with DUP and its packet id',
      statements: resent,
      caughtBy: 'resends-without-dup',
      plan: async (subscriber, fault) => {
        await subscriber.publish(MESSAGE);
        await subscriber.readPublish(MESSAGE);
        await subscriber.cutAndResume(fault);
      },
    },
    {
      qos,
      block: 33,
      at: `with half a ${first.toUpperCase()} sent`,
      afterwards: 'resends PUBLISH with DUP and its packet id',
      statements: resent,
      caughtBy: 'resumes-nothing',
      plan: async (subscriber, fault) => {
        await subscriber.publish(MESSAGE);
        await subscriber.answerHalf(first, await subscriber.readPublish(MESSAGE));
        await subscriber.cutAndResume(fault);
      },
    },
    {
      qos,
      block: 34,
      at: 'after PUBLISH, and again after it was resent',
      afterwards: 'resends it with DUP and its packet id each time',
      statements: resent,
      caughtBy: 'new-packet-id-at-resend',
      plan: async (subscriber, fault) => {
        await subscriber.publish(MESSAGE);
        await subscriber.readPublish(MESSAGE);
        await subscriber.cutAndResume(fault);
        await subscriber.readPublish(MESSAGE);
        await subscriber.cutAndResume(fault);
      },
    },
    {
      qos,
      block: 35,
      at: 'after PUBLISH, and it starts a new session next',
      afterwards: 'sends nothing of the session before',
      statements: DISCARDED,
      discards: true,
      caughtBy: 'redelivers-at-reconnect',
      plan: async (subscriber, fault) => {
        await subscriber.publish(MESSAGE);
        await subscriber.readPublish(MESSAGE);
        await subscriber.cut(fault);
        await subscriber.resume({ cleanStart: true });
        await subscriber.subscribe();
      },
    },
  ];
}

function purposeAt({ qos, block, at, afterwards, statements, caughtBy, discards = false, plan }: SubscriberBoundary, fault: FaultKind): BrokerPurpose {
  const isRestart = fault === 'restart';
  return {
    area: `FAULTQOS${qos}`,
    number: block * 10 + FAULT_KINDS.indexOf(fault) + 1,
    version: 1,
    statements,
    purpose: `The connection of a QoS ${qos} subscriber ${FAULT_WORDS[fault]} ${at}: on its next connection the broker ${afterwards}`,
    requires: [`QOS${qos}`, 'PERSISTENT_SESSIONS', ...(isRestart ? ['RESTART'] : [])],
    caughtBy,
    ...(isRestart ? { alone: true, timeLimitMs: 300_000 } : {}),
    run: async (bench) => {
      const subscriber = await faultySubscriber(bench, qos);
      await plan(subscriber, fault);
      await subscriber.finish(discards ? [] : [MESSAGE]);
    },
  };
}

/** Up to the PUBREL. @returns The packet id. */
async function untilPubrel(subscriber: FaultySubscriber): Promise<number> {
  await subscriber.publish(MESSAGE);
  const packetId = await subscriber.readPublish(MESSAGE);
  await subscriber.answer('pubrec', packetId);
  await subscriber.readPubrel(packetId);
  return packetId;
}
