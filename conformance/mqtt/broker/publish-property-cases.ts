import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { bytesText } from '../../../hil/protocols/mqtt/packet-text.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import type { MqttProperties, UserProperty } from '../../../hil/protocols/mqtt/properties.ts';
import { safestQos } from '../bench/declared-limits.ts';
import { deliveriesBefore } from '../bench/deliveries.ts';
import { forwardedPublication } from '../bench/forwarded-publication.ts';
import { connectionEnd, packetOf } from '../bench/heard.ts';
import { leave } from '../bench/leave.ts';
import { text, type MqttBench } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

const CORRELATION = Uint8Array.of(0x00, 0xff, 0x7f, 0x80, 0x00);
/** The same name again, and an order that no sorting gives. */
const USER_PROPERTIES: readonly UserProperty[] = [
  ['unit', 'bar'],
  ['alpha', '2'],
  ['unit', 'kPa'],
  ['alpha', '1'],
  ['', ''],
];
const EVERYTHING: MqttProperties = {
  payloadFormatIndicator: 1,
  contentType: 'application/json; charset=utf-8',
  responseTopic: 'fieldproof/answers/größe',
  correlationData: CORRELATION,
  userProperties: USER_PROPERTIES,
};
const UNALTERED = ['MQTT-3.3.2-4', 'MQTT-3.3.2-15', 'MQTT-3.3.2-16', 'MQTT-3.3.2-17', 'MQTT-3.3.2-18', 'MQTT-3.3.2-20'];

/** What the broker does with the properties of a PUBLISH. @see MQTT 5.0, section 3.3.2.3; section 4.10 for request and response */
export const PUBLISH_PROPERTY_PURPOSES: readonly BrokerPurpose[] = [
  forwards(1, 'Payload Format Indicator 1', 'MQTT-3.3.2-4', { payloadFormatIndicator: 1 }, 'drops-payload-format-indicator'),
  forwards(2, 'Response Topic', 'MQTT-3.3.2-15', { responseTopic: 'fieldproof/answers/größe' }, 'drops-response-topic'),
  forwards(3, 'Correlation Data, zero bytes and all,', 'MQTT-3.3.2-16', { correlationData: CORRELATION }, 'cuts-correlation-data'),
  forwards(4, 'Content Type', 'MQTT-3.3.2-20', { contentType: 'application/json; charset=utf-8' }, 'drops-content-type'),
  forwards(5, 'every User Property, also one whose name comes again,', 'MQTT-3.3.2-17', { userProperties: USER_PROPERTIES }, 'merges-user-properties'),
  forwards(6, 'the order of User Properties', 'MQTT-3.3.2-18', { userProperties: USER_PROPERTIES }, 'sorts-user-properties'),
  {
    area: 'PUBLISHPROPERTY',
    number: 7,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.2-4'] },
    purpose: 'A payload without Payload Format Indicator is not forwarded as UTF-8',
    caughtBy: 'marks-payloads-as-text',
    run: async (bench) => {
      const { properties } = await forwardedPublication(bench, { payload: Uint8Array.of(0xff, 0xfe) });
      if (properties.payloadFormatIndicator === 1) failCase('the broker marked the payload as UTF-8, which the publisher did not');
    },
  },
  {
    area: 'PUBLISHPROPERTY',
    number: 8,
    version: 1,
    statements: { '5.0': UNALTERED },
    purpose: 'A retained message keeps its properties',
    requires: ['RETAIN'],
    caughtBy: 'retained-without-properties',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { retain: true, properties: EVERYTHING });
      const { peer: subscriber } = await bench.connected('subscriber');
      await subscriber.send(bench.subscribePacket(7, [{ filter: topic }]));
      // Retained messages may come before SUBACK (section 3.8.4).
      for (;;) {
        const heard = await subscriber.need('SUBSCRIBE', packetOf('suback'), packetOf('publish'));
        if (heard.kind !== 'packet' || heard.packet.type !== 'publish') continue;
        checkUnaltered(EVERYTHING, heard.packet);
        return;
      }
    },
  },
  {
    area: 'PUBLISHPROPERTY',
    number: 9,
    version: 1,
    statements: { '5.0': UNALTERED },
    purpose: 'A message that waited for an absent client keeps its properties',
    requires: ['PERSISTENT_SESSIONS', 'QOS1'],
    caughtBy: 'queued-without-properties',
    run: async (bench) => {
      const topic = bench.topic('t');
      const properties = { sessionExpiryIntervalS: 60 };
      const { peer: subscriber } = await bench.connected('subscriber', { properties });
      await bench.subscribed(subscriber, { filter: topic, qos: 1 });
      await leave(bench, subscriber);
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { qos: 1, properties: EVERYTHING });
      const { peer: again, connack } = await bench.connected('subscriber', { cleanStart: false, properties });
      if (!connack.sessionPresent) inconclusiveCase('the server did not keep the session');
      const publish = await again.needPacket('the resumed session', 'publish', 'that waited');
      await bench.acknowledge(again, publish);
      checkUnaltered(EVERYTHING, publish);
    },
  },
  {
    area: 'PUBLISHPROPERTY',
    number: 10,
    version: 1,
    statements: { '5.0': UNALTERED },
    purpose: 'All properties of a QoS 2 message are forwarded together, unaltered',
    requires: ['QOS2'],
    caughtBy: 'qos-2-without-properties',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: subscriber } = await bench.connected('subscriber');
      await bench.subscribed(subscriber, { filter: topic, qos: 2 });
      const { peer: publisher } = await bench.connected('publisher');
      await bench.published(publisher, topic, { qos: 2, properties: EVERYTHING });
      const publish = await subscriber.needPacket('the publication', 'publish');
      await bench.acknowledge(subscriber, publish);
      checkUnaltered(EVERYTHING, publish);
    },
  },
  {
    area: 'PUBLISHPROPERTY',
    number: 11,
    version: 1,
    // A broker that does not look (section 4.13.1 lets it) has to forward unaltered what it should have refused (3.3.2-15).
    level: 'should',
    statements: { '5.0': ['MQTT-3.3.2-14'] },
    purpose: 'The broker forwards no Response Topic with wildcards',
    caughtBy: 'forwards-wildcard-response-topic',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: subscriber, connack } = await bench.connected('subscriber');
      const qos = safestQos(connack);
      await bench.subscribed(subscriber, { filter: topic, qos });
      const { peer: publisher } = await bench.connected('publisher');
      await publisher.send(bench.publishPacket(topic, { qos, ...(qos === 0 ? {} : { packetId: 7 }), properties: { responseTopic: 'answers/+' } }));
      const refusal = packetOf('disconnect', 'with an error', ({ reasonCode }) => reasonCode >= 0x80);
      await publisher.expect('a wildcard in the response topic', connectionEnd, refusal, packetOf('puback'), { says: 'nothing', accepts: ({ kind }) => kind === 'silence' });
      const { peer: other } = await bench.connected('other');
      await bench.published(other, topic, { qos, payload: text('last') });
      // What came with the wildcard is malformed, and fails there.
      await deliveriesBefore(subscriber, 'last');
    },
  },
  {
    area: 'PUBLISHPROPERTY',
    number: 12,
    version: 1,
    // How rigorously a receiver looks at packets is its own to decide (section 4.13.1).
    level: 'should',
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: 'A Subscription Identifier in the PUBLISH of a client makes the broker end the connection',
    caughtBy: 'accepts-subscription-identifier-of-publisher',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('t'), { properties: { subscriptionIdentifiers: [7] } }));
      await peer.expectEnd('PUBLISH with a subscription identifier');
    },
  },
  {
    area: 'PUBLISHPROPERTY',
    number: 13,
    version: 1,
    statements: { '5.0': ['MQTT-3.3.4-6', 'MQTT-3.3.4-3'] },
    purpose: 'A Subscription Identifier that a publisher sent does not reach subscribers that have none',
    caughtBy: 'forwards-subscription-identifier-of-publisher',
    run: async (bench) => {
      const topic = bench.topic('t');
      const { peer: subscriber } = await bench.connected('subscriber');
      await bench.subscribed(subscriber, { filter: topic });
      const { peer: publisher } = await bench.connected('publisher');
      await publisher.send(bench.publishPacket(topic, { properties: { subscriptionIdentifiers: [7] } }));
      await publisher.send({ type: 'pingreq' });
      await publisher.next();
      const { peer: other } = await bench.connected('other');
      for (const payload of ['of another publisher', 'last']) await bench.published(other, topic, { payload: text(payload) });
      const delivered = await deliveriesBefore(subscriber, 'last');
      if (delivered.some(({ properties }) => properties.subscriptionIdentifiers !== undefined)) failCase('a subscriber without subscription identifier got that of the publisher');
    },
  },
];

function forwards(number: number, what: string, statement: string, properties: MqttProperties, caughtBy: string): BrokerPurpose {
  return {
    area: 'PUBLISHPROPERTY',
    number,
    version: 1,
    statements: { '5.0': [statement] },
    purpose: `The broker forwards ${what} unaltered`,
    caughtBy,
    run: async (bench: MqttBench) => checkUnaltered(properties, await forwardedPublication(bench, { properties })),
  };
}

/** Every property that was sent came, with its value. Others are not looked at. */
export function checkUnaltered(sent: MqttProperties, { properties }: Pick<PublishPacket, 'properties'>): void {
  const got = new Map<string, unknown>(Object.entries(properties));
  for (const [name, value] of Object.entries(sent)) {
    if (shown(value) !== shown(got.get(name))) failCase(`${name} was sent as ${shown(value)} and came as ${shown(got.get(name))}`);
  }
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return bytesText(value);
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
