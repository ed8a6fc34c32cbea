import { failCase } from '../../framework/case-stop.ts';
import { declaredLimits } from '../bench/declared-limits.ts';
import { forwardedPublication } from '../bench/forwarded-publication.ts';
import { acknowledgement } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** How the broker itself writes properties and the numbers in front of them. @see MQTT 5.0, sections 1.5.5, 1.5.7 and 2.2.2 */
export const PROPERTY_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'PROPERTY',
    number: 90,
    version: 1,
    statements: { '5.0': ['MQTT-2.2.2-1'] },
    purpose: 'CONNACK holds a property length',
    caughtBy: 'connack-without-property-length',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a');
      await peer.expectPacket('CONNECT', 'connack');
    },
  },
  {
    area: 'PROPERTY',
    number: 91,
    version: 1,
    statements: { '5.0': ['MQTT-2.2.2-1'] },
    purpose: 'SUBACK and UNSUBACK hold a property length, also when they hold no property',
    caughtBy: 'suback-without-property-length',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      const topic = bench.topic('t');
      await peer.send(bench.subscribePacket(7, [{ filter: topic }]));
      await peer.expectPacket('SUBSCRIBE', 'suback', 'with one code', ({ reasonCodes }) => reasonCodes.length === 1);
      await peer.send({ type: 'unsubscribe', packetId: 8, filters: [topic], properties: {} });
      await peer.expectPacket('UNSUBSCRIBE', 'unsuback', 'with one code', ({ reasonCodes }) => reasonCodes.length === 1);
    },
  },
  {
    area: 'PROPERTY',
    number: 92,
    version: 1,
    statements: { '5.0': ['MQTT-2.2.2-1'] },
    purpose: 'A PUBLISH that the broker forwards holds a property length, also when it holds no property',
    caughtBy: 'publish-without-property-length',
    run: async (bench) => {
      const payload = Uint8Array.of(0x00, 0x01, 0xff, 0x7f);
      const publish = await forwardedPublication(bench, { payload });
      samePayload(publish.payload, payload);
    },
  },
  ...[126, 127, 128, 129].map(
    (bytes, index): BrokerPurpose => ({
      area: 'PROPERTY',
      number: 93 + index,
      version: 1,
      statements: { '5.0': ['MQTT-1.5.5-1'] },
      purpose: `The broker writes lengths around ${bytes} in the fewest bytes when it forwards a PUBLISH`,
      caughtBy: 'lengths-not-minimal',
      run: async (bench) => {
        // Property id, two lengths, name of one byte and value: the property length is the given number of bytes.
        const userProperties = [['n', 'v'.repeat(bytes - 6)]] as const;
        await forwardedPublication(bench, { properties: { userProperties } }, 'properties');
      },
    }),
  ),
  {
    area: 'PROPERTY',
    number: 97,
    version: 1,
    statements: { '5.0': ['MQTT-1.5.5-1'] },
    purpose: 'The broker writes remaining lengths below and above 16,384 in the fewest bytes',
    caughtBy: 'lengths-not-minimal',
    run: async (bench) => {
      const { connack } = await bench.connected('probe');
      const most = Math.min(16_600, declaredLimits(connack).maximumPacketSizeBytes - 100);
      for (const size of [most, Math.min(most, 16_300)]) {
        const publish = await forwardedPublication(bench, { payload: new Uint8Array(size) }, `large-${size}`);
        samePayload(publish.payload, new Uint8Array(size));
      }
    },
  },
  {
    area: 'PROPERTY',
    number: 98,
    version: 1,
    statements: { '5.0': ['MQTT-1.5.7-1'] },
    purpose: 'Name and value of a user property that the broker forwards are well-formed UTF-8, also beyond ASCII',
    caughtBy: 'breaks-user-property-text',
    run: async (bench) => {
      await forwardedPublication(bench, { properties: { userProperties: [['größe', '5 µm'], ['温度', '\u{1f321}']] } });
    },
  },
  {
    area: 'PROPERTY',
    number: 99,
    version: 1,
    statements: { '5.0': ['MQTT-4.9.0-3'] },
    purpose: 'The broker takes a PUBACK with reason code and property length although both could be left out',
    requires: ['QOS1'],
    caughtBy: 'ignores-long-acknowledgements',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: subscriber } = await bench.connected('subscriber', { properties: { receiveMaximum: 1 } });
      await bench.subscribed(subscriber, { filter: topic, qos: 1 });
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { qos: 1 });
      await bench.published(publisher, topic, { qos: 1 });
      const { packetId = 0 } = await subscriber.needPacket('the first publication', 'publish');
      await subscriber.send({ ...acknowledgement('puback', packetId), longForm: true });
      const next = await subscriber.expectPacket('the acknowledgement of the first publication', 'publish', 'that waited for it');
      await bench.acknowledge(subscriber, next);
    },
  },
];

/** What goes in as payload comes out: a length that is missing would have swallowed the beginning of it. */
function samePayload(got: Uint8Array, sent: Uint8Array): void {
  if (got.length === sent.length && got.every((byte, index) => byte === sent[index])) return;
  failCase(`a payload of ${sent.length} bytes came out as ${got.length} bytes, or other ones`);
}
