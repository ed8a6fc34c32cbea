import type { DevicePurpose } from '../device/device-purpose.ts';
import { faultDelayMs } from './fault-pixit.ts';
import { deviceDelivery, devicePublication, type DeviceCut, type DeviceDelivery, type DevicePublication } from './faulty-device.ts';

const CUTS: readonly DeviceCut[] = ['fin', 'reset'];
const CUT_WORDS: Readonly<Record<DeviceCut, string>> = { fin: 'closes', reset: 'cuts' };
const KEPT = ['PERSISTENT_SESSION', 'RECONNECTS'];

interface DeviceBoundary<Handshake> {
  readonly qos: 1 | 2;
  /** Tens of the case numbers. */
  readonly block: number;
  readonly at: string;
  readonly afterwards: string;
  readonly statements: DevicePurpose['statements'];
  readonly caughtBy: string;
  readonly plan: (handshake: Handshake, cut: DeviceCut) => Promise<void>;
}

const RESENT_1: DevicePurpose['statements'] = { '3.1.1': ['MQTT-3.3.1-1', 'MQTT-4.3.2-1', 'MQTT-4.4.0-1'], '5.0': ['MQTT-3.3.1-1', 'MQTT-4.3.2-3', 'MQTT-4.4.0-1'] };
const RESENT_2: DevicePurpose['statements'] = { '3.1.1': ['MQTT-3.3.1-1', 'MQTT-4.3.3-1', 'MQTT-4.4.0-1'], '5.0': ['MQTT-3.3.1-1', 'MQTT-4.3.3-3', 'MQTT-4.4.0-1'] };
const PUBREL_RESENT: DevicePurpose['statements'] = { '3.1.1': ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'], '5.0': ['MQTT-4.3.3-5', 'MQTT-4.3.3-6', 'MQTT-4.4.0-1'] };
const ACKNOWLEDGED: DevicePurpose['statements'] = { '3.1.1': ['MQTT-4.3.2-2'], '5.0': ['MQTT-4.3.2-4'] };
const RECEIVED: DevicePurpose['statements'] = { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-8', 'MQTT-4.3.3-10'] };
const COMPLETED: DevicePurpose['statements'] = { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-11'] };

/** The device publishes. */
const PUBLICATIONS: readonly DeviceBoundary<DevicePublication>[] = [
  ...([1, 2] as const).flatMap(untilFirstAnswer),
  {
    qos: 2,
    block: 4,
    at: 'with PUBREC sent, which may have arrived or not',
    afterwards: 'resends PUBLISH with DUP, or PUBREL',
    statements: RESENT_2,
    caughtBy: 'resumes-nothing',
    plan: async (publication, cut) => {
      await publication.answer('pubrec');
      await publication.cutAndResume(cut);
    },
  },
  {
    qos: 2,
    block: 5,
    at: 'after PUBREL',
    afterwards: 'resends PUBREL and not PUBLISH',
    statements: PUBREL_RESENT,
    caughtBy: 'resends-publish-for-pubrel',
    plan: async (publication, cut) => {
      await released(publication);
      await publication.cutAndResume(cut);
    },
  },
  {
    qos: 2,
    block: 6,
    at: 'with half a PUBCOMP sent',
    afterwards: 'resends PUBREL and not PUBLISH',
    statements: PUBREL_RESENT,
    caughtBy: 'resumes-nothing',
    plan: async (publication, cut) => {
      await released(publication);
      await publication.answerHalf('pubcomp');
      await publication.cutAndResume(cut);
    },
  },
];

/** The broker publishes to the device. */
const DELIVERIES: readonly DeviceBoundary<DeviceDelivery>[] = [
  ...([1, 2] as const).flatMap(unansweredDelivery),
  {
    qos: 2,
    block: 32,
    at: 'with PUBREC lost on its way',
    afterwards: 'answers the PUBLISH that comes again with PUBREC, and PUBREL with PUBCOMP',
    statements: RECEIVED,
    caughtBy: 'ignores-copies-of-publish',
    plan: async (delivery, cut) => {
      await delivery.publish();
      await delivery.answers();
      await delivery.cutAndResume(cut);
      await delivery.publish(true);
      await completed(delivery);
    },
  },
  {
    qos: 2,
    block: 33,
    at: 'after PUBREC',
    afterwards: 'answers PUBREL with PUBCOMP',
    statements: COMPLETED,
    caughtBy: 'ignores-pubrel-of-earlier-connection',
    plan: async (delivery, cut) => {
      await delivery.publish();
      await delivery.answers();
      await delivery.cutAndResume(cut);
      await completed(delivery);
    },
  },
  {
    qos: 2,
    block: 34,
    at: 'with half a PUBREL sent',
    afterwards: 'answers the whole one with PUBCOMP',
    statements: COMPLETED,
    caughtBy: 'ignores-pubrel-of-earlier-connection',
    plan: async (delivery, cut) => {
      await delivery.publish();
      await delivery.answers();
      await delivery.releaseHalf();
      await delivery.cutAndResume(cut);
      await completed(delivery);
    },
  },
  {
    qos: 2,
    block: 35,
    at: 'with PUBCOMP lost on its way',
    afterwards: 'answers the PUBREL that comes again with PUBCOMP',
    statements: COMPLETED,
    caughtBy: 'ignores-pubrel-of-earlier-connection',
    plan: async (delivery, cut) => {
      await delivery.publish();
      await completed(delivery);
      await delivery.cutAndResume(cut);
      await completed(delivery);
    },
  },
];

/** QoS 1 and QoS 2 under faults, for devices: both directions, every packet boundary. */
export const DEVICE_FAULT_PURPOSES: readonly DevicePurpose[] = [
  ...PUBLICATIONS.flatMap((boundary) => CUTS.map((cut) => publicationPurpose(boundary, cut))),
  ...DELIVERIES.flatMap((boundary) => CUTS.map((cut) => deliveryPurpose(boundary, cut))),
  ...([1, 2] as const).map(slowAnswer),
];

function publicationPurpose({ qos, block, at, afterwards, statements, caughtBy, plan }: DeviceBoundary<DevicePublication>, cut: DeviceCut): DevicePurpose {
  return {
    area: `FAULTQOS${qos}`,
    number: block * 10 + CUTS.indexOf(cut) + 1,
    statements,
    purpose: `The broker ${CUT_WORDS[cut]} the connection of a QoS ${qos} publication ${at}: the device resumes its session and ${afterwards}`,
    requires: [...KEPT, `PUBLISHES_QOS${qos}`],
    caughtBy,
    run: async (bench) => {
      const publication = await devicePublication(bench, qos);
      await plan(publication, cut);
      await publication.finish();
    },
  };
}

function deliveryPurpose({ qos, block, at, afterwards, statements, caughtBy, plan }: DeviceBoundary<DeviceDelivery>, cut: DeviceCut): DevicePurpose {
  return {
    area: `FAULTQOS${qos}`,
    number: block * 10 + CUTS.indexOf(cut) + 1,
    statements,
    purpose: `The broker ${CUT_WORDS[cut]} the connection of a QoS ${qos} delivery ${at}: the device resumes its session and ${afterwards}`,
    requires: [...KEPT, qos === 1 ? 'SUBSCRIBES' : 'SUBSCRIBES_QOS2'],
    caughtBy,
    run: async (bench) => plan(await deviceDelivery(bench, qos), cut),
  };
}

function untilFirstAnswer(qos: 1 | 2): DeviceBoundary<DevicePublication>[] {
  const statements = qos === 1 ? RESENT_1 : RESENT_2;
  const first = qos === 1 ? 'puback' : 'pubrec';
  return [
    {
      qos,
      block: 1,
      at: 'after PUBLISH, which it does not answer',
      afterwards: 'resends it with DUP and its packet id',
      statements,
      caughtBy: 'resends-without-dup',
      plan: (publication, cut) => publication.cutAndResume(cut),
    },
    {
      qos,
      block: 2,
      at: `with half a ${first.toUpperCase()} sent`,
      afterwards: 'resends PUBLISH with DUP and its packet id',
      statements,
      caughtBy: 'forgets-unacknowledged',
      plan: async (publication, cut) => {
        await publication.answerHalf(first);
        await publication.cutAndResume(cut);
      },
    },
    {
      qos,
      block: 3,
      at: 'after PUBLISH, and again after it was resent',
      afterwards: 'resends it with DUP and its packet id each time',
      statements,
      caughtBy: 'resends-with-new-id',
      plan: async (publication, cut) => {
        await publication.cutAndResume(cut);
        await publication.untilNothingIsOwed();
        await publication.cutAndResume(cut);
      },
    },
  ];
}

function unansweredDelivery(qos: 1 | 2): DeviceBoundary<DeviceDelivery>[] {
  const statements = qos === 1 ? ACKNOWLEDGED : RECEIVED;
  const last = async (delivery: DeviceDelivery): Promise<void> => (qos === 1 ? delivery.answers() : completed(delivery));
  return [
    {
      qos,
      block: 30,
      at: 'with half a PUBLISH sent',
      afterwards: 'answers the whole one',
      statements,
      caughtBy: 'ignores-copies-of-publish',
      plan: async (delivery, cut) => {
        await delivery.publishHalf();
        await delivery.cutAndResume(cut);
        await delivery.publish(true);
        await last(delivery);
      },
    },
    {
      qos,
      block: 31,
      at: 'with PUBLISH sent and no answer read',
      afterwards: 'answers the one that comes again',
      statements,
      caughtBy: 'ignores-copies-of-publish',
      plan: async (delivery, cut) => {
        await delivery.publish();
        await delivery.cutAndResume(cut);
        await delivery.publish(true);
        await last(delivery);
      },
    },
  ];
}

function slowAnswer(qos: 1 | 2): DevicePurpose {
  return {
    area: `FAULTQOS${qos}`,
    number: 501,
    statements: qos === 1 ? { '3.1.1': ['MQTT-3.3.1-1'], '5.0': ['MQTT-4.4.0-1'] } : { '3.1.1': ['MQTT-3.3.1-1'], '5.0': ['MQTT-4.4.0-1', 'MQTT-4.3.3-3'] },
    purpose: `The broker answers a QoS ${qos} publication late: meanwhile the device resends nothing in 5.0; in 3.1.1 only with DUP`,
    requires: [`PUBLISHES_QOS${qos}`, ...KEPT],
    caughtBy: 'resends-live-without-dup',
    run: async (bench) => {
      const publication = await devicePublication(bench, qos);
      await publication.serve(faultDelayMs(bench.context));
      await publication.finish();
    },
  };
}

async function released(publication: DevicePublication): Promise<void> {
  await publication.answer('pubrec');
  await publication.untilNothingIsOwed();
}

/** The answers that are due, then PUBREL and PUBCOMP. */
async function completed(delivery: DeviceDelivery): Promise<void> {
  await delivery.answers();
  await delivery.release();
  await delivery.answers();
}
