import type { BrokerPurpose } from '../broker/broker-purpose.ts';
import { faultDelayMs } from './fault-pixit.ts';
import type { FaultyPublisher, Publication } from './faulty-publisher.ts';
import { judgePublisher } from './publisher-fault-purposes.ts';

const ID = 7;
const MESSAGE: Publication = { packetId: ID, message: 'message' };
const RESENT: Publication = { ...MESSAGE, dup: true };
/** Another message under the same packet id, with a DUP flag that a receiver must not look at. */
const NEXT_WITH_DUP: Publication = { packetId: ID, message: 'next message', dup: true };

/**
 * Copies and delays on a connection that lives. 5.0 forbids a client to resend there (MQTT-4.4.0-1), so a 5.0 broker may end
 * the connection; whatever it does, it must not deliver twice.
 */
export const PUBLISHER_LIVE_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'FAULTQOS1',
    number: 201,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.2-2'], '5.0': ['MQTT-4.3.2-4'] },
    purpose: 'A QoS 1 PUBLISH and its copy with DUP in one segment: each is answered (5.0: or the connection ends), and the message is delivered',
    requires: ['QOS1'],
    caughtBy: 'ignores-copies',
    run: (bench) =>
      judgePublisher(bench, 1, async (publisher) => {
        await publisher.publish(MESSAGE, RESENT);
        await answersOrEnd(publisher);
      }),
  },
  {
    area: 'FAULTQOS1',
    number: 202,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.2-2'], '5.0': ['MQTT-4.3.2-5'] },
    purpose: 'After PUBACK the same packet id is a new message, whatever its DUP flag says',
    requires: ['QOS1'],
    caughtBy: 'keeps-packet-ids-forever',
    run: (bench) =>
      judgePublisher(bench, 1, async (publisher) => {
        await publisher.deliver(MESSAGE);
        await publisher.deliver(NEXT_WITH_DUP);
      }),
  },
  {
    area: 'FAULTQOS2',
    number: 201,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-10'] },
    purpose: 'A QoS 2 PUBLISH and its copy with DUP in one segment: each is answered (5.0: or the connection ends), and the message is delivered once',
    requires: ['QOS2'],
    caughtBy: 'delivers-resent-publish-again',
    run: (bench) =>
      judgePublisher(bench, 2, async (publisher) => {
        await publisher.publish(MESSAGE, RESENT);
        if (await answersOrEnd(publisher)) await releasedOrEnd(publisher);
      }),
  },
  {
    area: 'FAULTQOS2',
    number: 202,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-10'] },
    purpose: 'A QoS 2 PUBLISH comes again with DUP after PUBREC: it is answered (5.0: or the connection ends), and the message is delivered once',
    requires: ['QOS2'],
    caughtBy: 'delivers-resent-publish-again',
    run: (bench) =>
      judgePublisher(bench, 2, async (publisher) => {
        await publisher.publish(MESSAGE);
        await publisher.answers();
        await publisher.publish(RESENT);
        if (await answersOrEnd(publisher)) await releasedOrEnd(publisher);
      }),
  },
  {
    area: 'FAULTQOS2',
    number: 203,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-11'] },
    purpose: 'PUBREL twice in one segment: each is answered (5.0: or the connection ends), and the message is delivered once',
    requires: ['QOS2'],
    caughtBy: 'delivers-at-every-pubrel',
    run: (bench) =>
      judgePublisher(bench, 2, async (publisher) => {
        await publisher.publish(MESSAGE);
        await publisher.answers();
        await publisher.release(ID, 2);
        await answersOrEnd(publisher);
      }),
  },
  {
    area: 'FAULTQOS2',
    number: 204,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-11'] },
    purpose: 'PUBREL again after PUBCOMP: it is answered (5.0: or the connection ends), and the message is delivered once',
    requires: ['QOS2'],
    caughtBy: 'delivers-at-every-pubrel',
    run: (bench) =>
      judgePublisher(bench, 2, async (publisher) => {
        await publisher.deliver(MESSAGE);
        await releasedOrEnd(publisher);
      }),
  },
  {
    area: 'FAULTQOS2',
    number: 205,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-11'] },
    purpose: 'PUBREL for a packet id that no PUBLISH had: PUBCOMP with that id, or the end of the connection, and nothing is delivered',
    requires: ['QOS2'],
    caughtBy: 'ignores-unknown-pubrel',
    run: (bench) =>
      judgePublisher(bench, 2, async (publisher) => {
        await publisher.release(ID);
        await answersOrEnd(publisher, true);
      }),
  },
  {
    area: 'FAULTQOS2',
    number: 206,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-10', 'MQTT-4.3.3-11'] },
    purpose: 'PUBREL comes long after PUBREC: the message is delivered once',
    requires: ['QOS2'],
    caughtBy: 'redelivers-slow-handshakes',
    run: (bench) =>
      judgePublisher(bench, 2, async (publisher) => {
        await publisher.publish(MESSAGE);
        await publisher.answers();
        await bench.wire.pause(faultDelayMs(bench.context));
        await publisher.release(ID);
        await publisher.answers();
      }),
  },
  {
    area: 'FAULTQOS2',
    number: 207,
    version: 1,
    statements: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-12'] },
    purpose: 'After PUBCOMP the same packet id is a new message, whatever its DUP flag says',
    requires: ['QOS2'],
    caughtBy: 'keeps-packet-ids-forever',
    run: (bench) =>
      judgePublisher(bench, 2, async (publisher) => {
        await publisher.deliver(MESSAGE);
        await publisher.deliver(NEXT_WITH_DUP);
      }),
  },
];

/** The answers to a copy, or the end of the connection and a new one. @returns Whether the connection lived. */
async function answersOrEnd(publisher: FaultyPublisher, allowsEnd = publisher.client.bench.version === 5): Promise<boolean> {
  const lives = await publisher.answers(allowsEnd);
  if (!lives) await publisher.resume('any');
  return lives;
}

async function releasedOrEnd(publisher: FaultyPublisher): Promise<void> {
  await publisher.release(ID);
  await answersOrEnd(publisher);
}
