import type { MqttBench } from '../bench/mqtt-bench.ts';
import { declaredLimits } from '../bench/declared-limits.ts';
import { inconclusiveCase } from '../../framework/case-stop.ts';
import type { BrokerPurpose, PurposeStatements } from '../broker/broker-purpose.ts';
import { deliveryCounter, SENTINEL } from './delivery-count.ts';
import { FAULT_KINDS, FAULT_WORDS, type FaultKind } from './fault-kinds.ts';
import { faultyPublisher, type FaultyPublisher } from './faulty-publisher.ts';

/** A place in the handshake of a publication where the connection of the publisher ends. */
interface PublisherBoundary {
  readonly qos: 1 | 2;
  /** Tens of the case numbers; the last digit is the fault. */
  readonly block: number;
  /** What was passed already: `with half a PUBLISH sent`. */
  readonly at: string;
  /** What the publisher does with its next connection, and what has to come of it. */
  readonly afterwards: string;
  readonly statements: PurposeStatements;
  readonly caughtBy: string;
  readonly plan: (publisher: FaultyPublisher, fault: FaultKind) => Promise<void>;
}

const ID = 7;
const MESSAGE = { packetId: ID, message: 'message' } as const;
const RESENT = { ...MESSAGE, dup: true } as const;
/** Another message under the same packet id. */
const NEXT = { packetId: ID, message: 'next message' } as const;
const SENTINEL_ID = 900;

const OWNED_1: PurposeStatements = { '3.1.1': ['MQTT-3.1.2-4', 'MQTT-4.3.2-2'], '5.0': ['MQTT-3.1.2-5', 'MQTT-4.3.2-4'] };
const NEW_AFTER_PUBACK: PurposeStatements = { '3.1.1': ['MQTT-4.3.2-2'], '5.0': ['MQTT-4.3.2-5'] };
const ONCE: PurposeStatements = { '3.1.1': ['MQTT-3.1.2-4', 'MQTT-4.3.3-2'], '5.0': ['MQTT-3.1.2-5', 'MQTT-4.3.3-8', 'MQTT-4.3.3-10'] };
const RELEASED: PurposeStatements = { '3.1.1': ['MQTT-3.1.2-4', 'MQTT-4.3.3-2'], '5.0': ['MQTT-3.1.2-5', 'MQTT-4.3.3-11'] };
const NEW_AFTER_PUBCOMP: PurposeStatements = { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-12'] };

const BOUNDARIES: readonly PublisherBoundary[] = [
  {
    qos: 1,
    block: 1,
    at: 'with half a PUBLISH sent',
    afterwards: 'resends it whole: it is delivered once',
    statements: OWNED_1,
    caughtBy: 'takes-dup-for-known',
    plan: async (publisher, fault) => {
      await publisher.publishHalf(MESSAGE);
      await publisher.cutAndResume(fault);
      await publisher.deliver(RESENT);
    },
  },
  {
    qos: 1,
    block: 2,
    at: 'with PUBLISH sent and no answer read',
    afterwards: 'resends it with DUP: it is delivered, and twice at most',
    statements: OWNED_1,
    caughtBy: 'acknowledges-and-loses',
    plan: async (publisher, fault) => {
      await publisher.publish(MESSAGE);
      await publisher.cutAndResume(fault);
      await publisher.deliver(RESENT);
    },
  },
  {
    qos: 1,
    block: 3,
    at: 'with PUBLISH sent and no answer read',
    afterwards: 'does not resend it: it is delivered once at most',
    statements: OWNED_1,
    caughtBy: 'republishes-at-reconnect',
    plan: async (publisher, fault) => {
      await publisher.publish(MESSAGE);
      await publisher.cutAndResume(fault);
    },
  },
  {
    qos: 1,
    block: 4,
    at: 'after PUBACK',
    afterwards: 'does not resend: the message is delivered once',
    statements: OWNED_1,
    caughtBy: 'acknowledges-and-loses',
    plan: async (publisher, fault) => {
      await publisher.deliver(MESSAGE);
      await publisher.cutAndResume(fault);
    },
  },
  {
    qos: 1,
    block: 5,
    at: 'after PUBACK',
    afterwards: 'uses the packet id again: that is a new message, and each is delivered once',
    statements: NEW_AFTER_PUBACK,
    caughtBy: 'keeps-packet-ids-forever',
    plan: async (publisher, fault) => {
      await publisher.deliver(MESSAGE);
      await publisher.cutAndResume(fault);
      await publisher.deliver(NEXT);
    },
  },
  {
    qos: 2,
    block: 1,
    at: 'with half a PUBLISH sent',
    afterwards: 'resends it whole: it is delivered once',
    statements: ONCE,
    caughtBy: 'takes-dup-for-known',
    plan: async (publisher, fault) => {
      await publisher.publishHalf(MESSAGE);
      await publisher.cutAndResume(fault);
      await publisher.deliver(RESENT);
    },
  },
  {
    qos: 2,
    block: 2,
    at: 'with PUBLISH sent and no answer read',
    afterwards: 'resends it with DUP: it is delivered once',
    statements: ONCE,
    caughtBy: 'delivers-resent-publish-again',
    plan: async (publisher, fault) => {
      await publisher.publish(MESSAGE);
      await publisher.cutAndResume(fault);
      await publisher.deliver(RESENT);
    },
  },
  {
    qos: 2,
    block: 3,
    at: 'with PUBLISH sent and no answer read',
    afterwards: 'does not resend it: it is delivered once at most',
    statements: ONCE,
    caughtBy: 'republishes-at-reconnect',
    plan: async (publisher, fault) => {
      await publisher.publish(MESSAGE);
      await publisher.cutAndResume(fault);
    },
  },
  {
    qos: 2,
    block: 4,
    at: 'after PUBREC',
    afterwards: 'goes on with PUBREL: the message is delivered once',
    statements: RELEASED,
    caughtBy: 'forgets-unreleased-at-reconnect',
    plan: async (publisher, fault) => {
      await received(publisher);
      await publisher.cutAndResume(fault);
      await released(publisher);
    },
  },
  {
    qos: 2,
    block: 5,
    at: 'with PUBREC lost on its way',
    afterwards: 'resends PUBLISH with DUP: the message is delivered once',
    statements: ONCE,
    caughtBy: 'delivers-resent-publish-again',
    plan: async (publisher, fault) => {
      await received(publisher);
      await publisher.cutAndResume(fault);
      await publisher.deliver(RESENT);
    },
  },
  {
    qos: 2,
    block: 6,
    at: 'after PUBREC',
    afterwards: 'does not go on with it: the message is delivered once at most',
    statements: ONCE,
    caughtBy: 'republishes-at-reconnect',
    plan: async (publisher, fault) => {
      await received(publisher);
      await publisher.cutAndResume(fault);
    },
  },
  {
    qos: 2,
    block: 7,
    at: 'with half a PUBREL sent',
    afterwards: 'sends it whole: the message is delivered once',
    statements: RELEASED,
    caughtBy: 'forgets-unreleased-at-reconnect',
    plan: async (publisher, fault) => {
      await received(publisher);
      await publisher.releaseHalf(ID);
      await publisher.cutAndResume(fault);
      await released(publisher);
    },
  },
  {
    qos: 2,
    block: 8,
    at: 'with PUBREL sent and no answer read',
    afterwards: 'resends PUBREL: it is answered, and the message is delivered once',
    statements: RELEASED,
    caughtBy: 'ignores-unknown-pubrel',
    plan: async (publisher, fault) => {
      await received(publisher);
      await publisher.release(ID);
      await publisher.cutAndResume(fault);
      await released(publisher);
    },
  },
  {
    qos: 2,
    block: 9,
    at: 'with PUBREL sent and no answer read',
    afterwards: 'does not resend it: the message is delivered once at most',
    statements: ONCE,
    caughtBy: 'republishes-at-reconnect',
    plan: async (publisher, fault) => {
      await received(publisher);
      await publisher.release(ID);
      await publisher.cutAndResume(fault);
    },
  },
  {
    qos: 2,
    block: 10,
    at: 'after PUBCOMP',
    afterwards: 'uses the packet id again: that is a new message, and each is delivered once',
    statements: NEW_AFTER_PUBCOMP,
    caughtBy: 'keeps-packet-ids-forever',
    plan: async (publisher, fault) => {
      await publisher.deliver(MESSAGE);
      await publisher.cutAndResume(fault);
      await publisher.deliver(NEXT);
    },
  },
  {
    qos: 2,
    block: 11,
    at: 'with PUBCOMP lost on its way',
    afterwards: 'resends PUBREL: it is answered, and the message is delivered once',
    statements: RELEASED,
    caughtBy: 'ignores-unknown-pubrel',
    plan: async (publisher, fault) => {
      await publisher.deliver(MESSAGE);
      await publisher.cutAndResume(fault);
      await released(publisher);
    },
  },
];

/** Faults on the way from the publisher to the broker: every boundary of the handshake, every way in which a connection ends. */
export const PUBLISHER_FAULT_PURPOSES: readonly BrokerPurpose[] = BOUNDARIES.flatMap((boundary) => FAULT_KINDS.map((fault) => purposeAt(boundary, fault)));

function purposeAt({ qos, block, at, afterwards, statements, caughtBy, plan }: PublisherBoundary, fault: FaultKind): BrokerPurpose {
  const isRestart = fault === 'restart';
  return {
    area: `FAULTQOS${qos}`,
    number: block * 10 + FAULT_KINDS.indexOf(fault) + 1,
    version: 1,
    statements,
    purpose: `The connection of a QoS ${qos} publisher ${FAULT_WORDS[fault]} ${at}; it resumes its session and ${afterwards}`,
    requires: [`QOS${qos}`, 'PERSISTENT_SESSIONS', ...(isRestart ? ['RESTART'] : [])],
    caughtBy,
    ...(isRestart ? { alone: true, timeLimitMs: 300_000 } : {}),
    run: (bench) => judgePublisher(bench, qos, (publisher) => plan(publisher, fault), isRestart),
  };
}

/** Carries out a plan, and judges what an independent subscriber got by what the model of the handshake allows. */
export async function judgePublisher(bench: MqttBench, qos: 1 | 2, plan: (publisher: FaultyPublisher) => Promise<void>, isRestart = false): Promise<void> {
  const topic = bench.topic('t');
  const counter = await deliveryCounter(bench, topic, qos, isRestart);
  const publisher = await faultyPublisher(bench, topic, qos);
  // A message whose handshake is left open may count until the end of the session.
  if (declaredLimits(publisher.client.session.connack).receiveMaximum < 2) inconclusiveCase('the server takes one publication at a time, and the case needs two');
  await plan(publisher);
  await counter.afterRestart();
  await publisher.deliver({ packetId: SENTINEL_ID, message: SENTINEL });
  await counter.until(SENTINEL);
  counter.judge(publisher.state);
}

async function received(publisher: FaultyPublisher): Promise<void> {
  await publisher.publish(MESSAGE);
  await publisher.answers();
}

async function released(publisher: FaultyPublisher): Promise<void> {
  await publisher.release(ID);
  await publisher.answers();
}
