import type { BrokerPurpose } from '../broker/broker-purpose.ts';
import { faultDelayMs } from './fault-pixit.ts';
import { faultySubscriber, type FaultySubscriber } from './faulty-subscriber.ts';
import { FAILURE_CODE_MIN } from './handshake-model.ts';

const MESSAGE = 'message';
const THREE = ['first', 'second', 'third'];
const KEPT = ['PERSISTENT_SESSIONS'];

/** Delays, copies and refusals of a subscriber, and the order of what is resent to it. */
export const SUBSCRIBER_LIVE_PURPOSES: readonly BrokerPurpose[] = ([1, 2] as const).flatMap(ofEither).concat([
  {
    area: 'FAULTQOS2',
    number: 502,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-6', 'MQTT-4.4.0-1'] },
    purpose: 'A subscriber answers PUBREL late: meanwhile the broker does not send PUBLISH again (5.0: nor PUBREL)',
    requires: ['QOS2', ...KEPT],
    caughtBy: 'resends-publish-after-pubrel-live',
    run: async (bench) => {
      const subscriber = await faultySubscriber(bench, 2);
      await subscriber.publish(MESSAGE);
      const packetId = await subscriber.readPublish(MESSAGE);
      await subscriber.answer('pubrec', packetId);
      await subscriber.readPubrel(packetId);
      await subscriber.listen(faultDelayMs(bench.context));
      await subscriber.answer('pubcomp', packetId);
      await subscriber.finish();
    },
  },
  {
    area: 'FAULTQOS2',
    number: 504,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-3'] },
    purpose: 'PUBCOMP comes twice: the message is not delivered again (the broker may end the connection)',
    requires: ['QOS2', ...KEPT],
    caughtBy: 'redelivers-at-second-answer',
    run: async (bench) => {
      const subscriber = await faultySubscriber(bench, 2);
      await subscriber.publish(MESSAGE);
      const packetId = await subscriber.readPublish(MESSAGE);
      await subscriber.answer('pubrec', packetId);
      await subscriber.readPubrel(packetId);
      await subscriber.answer('pubcomp', packetId);
      await subscriber.answer('pubcomp', packetId);
      await settledOrResumed(subscriber);
      await subscriber.finish();
    },
  },
]);

function ofEither(qos: 1 | 2): BrokerPurpose[] {
  const area = `FAULTQOS${qos}`;
  const first = qos === 1 ? 'puback' : 'pubrec';
  const requires = [`QOS${qos}`, ...KEPT];
  return [
    {
      area,
      number: 501,
      version: 1,
      statements: qos === 1 ? { '3.1.1': ['MQTT-3.3.1-1'], '5.0': ['MQTT-4.4.0-1'] } : { '3.1.1': ['MQTT-3.3.1-1'], '5.0': ['MQTT-4.4.0-1', 'MQTT-4.3.3-3'] },
      purpose: `A subscriber answers a QoS ${qos} PUBLISH late: meanwhile nothing is resent in 5.0; in 3.1.1 only with DUP`,
      requires,
      caughtBy: 'resends-live-without-dup',
      run: async (bench) => {
        const subscriber = await faultySubscriber(bench, qos);
        await subscriber.publish(MESSAGE);
        const packetId = await subscriber.readPublish(MESSAGE);
        await subscriber.listen(faultDelayMs(bench.context));
        await subscriber.answer(first, packetId);
        await subscriber.finish();
      },
    },
    {
      area,
      number: 503,
      version: 1,
      statements: qos === 1 ? { '3.1.1': ['MQTT-4.3.2-1'], '5.0': ['MQTT-4.3.2-3'] } : { '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-3'] },
      purpose: `${first.toUpperCase()} comes twice: the message is not delivered again (the broker may end the connection)`,
      requires,
      caughtBy: 'redelivers-at-second-answer',
      run: async (bench) => {
        const subscriber = await faultySubscriber(bench, qos);
        await subscriber.publish(MESSAGE);
        const packetId = await subscriber.readPublish(MESSAGE);
        await subscriber.answer(first, packetId);
        if (qos === 2) await subscriber.readPubrel(packetId);
        // In 3.1.1 a copy may be under way while the first answer is; after that none is.
        await subscriber.settle();
        await subscriber.answer(first, packetId);
        if ((await settledOrResumed(subscriber)) && qos === 2) await subscriber.answer('pubcomp', packetId);
        await subscriber.finish();
      },
    },
    {
      area,
      number: 505,
      version: 1,
      statements: { '5.0': ['MQTT-4.4.0-2'] },
      purpose: `A message that ${first.toUpperCase()} refuses with a code of 0x80 is not sent again on the next connection`,
      requires,
      caughtBy: 'redelivers-at-reconnect',
      run: async (bench) => {
        const subscriber = await faultySubscriber(bench, qos);
        await subscriber.publish(MESSAGE);
        await subscriber.answer(first, await subscriber.readPublish(MESSAGE), FAILURE_CODE_MIN);
        await subscriber.settle();
        await subscriber.cutAndResume('fin');
        await subscriber.finish();
      },
    },
    {
      area,
      number: 506,
      version: 1,
      statements: { '3.1.1': ['MQTT-4.6.0-1'] },
      purpose: `QoS ${qos} messages that were not answered are resent in the order in which they were sent first`,
      requires,
      caughtBy: 'resends-in-reverse',
      run: async (bench) => {
        const subscriber = await faultySubscriber(bench, qos);
        await subscriber.publish(...THREE);
        await subscriber.readPublish('first');
        // How many are under way at once is the broker's to decide, so nobody can say how many have to come.
        for (let more = await subscriber.listen(bench.context.pixit.quietMs); more.kind === 'packet'; ) more = await subscriber.listen(bench.context.pixit.quietMs);
        await subscriber.cutAndResume('fin');
        await subscriber.finish();
      },
    },
  ];
}

/** @returns Whether the connection lived; else there is a new one, to whatever session the broker has left. */
async function settledOrResumed(subscriber: FaultySubscriber): Promise<boolean> {
  const lives = await subscriber.settle(true);
  if (!lives) await subscriber.resume(undefined, 'any');
  return lives;
}
