import type { PublishFields } from '../bench/mqtt-bench.ts';
import { text, type MqttBench, type SubscriptionFields } from '../bench/mqtt-bench.ts';
import { connectionEnd, isOfType, packetOf } from '../bench/heard.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** What a broker without some capability does when a client asks for it all the same. @see MQTT 5.0, sections 3.2.2.3.4 to 3.2.2.3.13 */
export const UNAVAILABLE_PURPOSES: readonly BrokerPurpose[] = [
  maximumQos(20, ['!QOS2', 'QOS1'], 1),
  maximumQos(21, ['!QOS2', '!QOS1'], 0),
  {
    area: 'CONNACKPROPERTY',
    number: 22,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-10'] },
    purpose: 'A broker without QoS 2 still accepts a SUBSCRIBE that asks for it',
    requires: ['!QOS2'],
    caughtBy: 'refuses-subscriptions-at-qos-2',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [{ filter: bench.topic('t'), qos: 2 }]));
      await peer.expectPacket('SUBSCRIBE at QoS 2', 'suback', 'that grants some QoS', ({ reasonCodes }) => (reasonCodes[0] ?? 0x80) < 0x80);
    },
  },
  refusedPublish(23, 'QoS 2 from a broker without it', ['!QOS2'], { qos: 2, packetId: 7 }),
  refusedWill(24, 'MQTT-3.2.2-12', 'QoS 2, which the broker does not have,', ['!QOS2'], { qos: 2, retain: false }),
  refusedPublish(25, 'RETAIN 1 to a broker that keeps no retained messages', ['!RETAIN'], { retain: true }),
  refusedWill(26, 'MQTT-3.2.2-13', 'RETAIN 1 on a broker that keeps no retained messages', ['!RETAIN'], { qos: 0, retain: true }),
  refusedSubscription(27, 'wildcards', ['!WILDCARDS'], (bench) => ({ filter: bench.topic('#') })),
  refusedSubscription(28, 'a subscription identifier', ['!SUBSCRIPTION_IDENTIFIERS'], (bench) => ({ filter: bench.topic('t') }), 7),
  refusedSubscription(29, 'a shared subscription', ['!SHARED_SUBSCRIPTIONS'], (bench) => ({ filter: `$share/group/${bench.topic('t')}` })),
];

function maximumQos(number: number, requires: readonly string[], most: 0 | 1): BrokerPurpose {
  return {
    area: 'CONNACKPROPERTY',
    number,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-9'] },
    purpose: `A broker without QoS ${most + 1} announces Maximum QoS ${most} in CONNACK`,
    requires,
    caughtBy: 'hides-maximum-qos',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a');
      await peer.expectPacket('CONNECT', 'connack', `with Maximum QoS ${most}`, ({ properties }) => properties.maximumQos === most);
    },
  };
}

function refusedPublish(number: number, what: string, requires: readonly string[], fields: PublishFields): BrokerPurpose {
  return {
    area: 'CONNACKPROPERTY',
    number,
    version: 1,
    // How rigorously a receiver looks at packets is its own to decide (section 4.13.1).
    level: 'should',
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: `PUBLISH with ${what} makes it end the connection`,
    requires,
    caughtBy: 'swallows-unavailable-publish',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.publishPacket(bench.topic('t'), fields));
      await peer.expectEnd(`PUBLISH with ${what}`);
    },
  };
}

function refusedWill(number: number, statement: string, what: string, requires: readonly string[], flags: { readonly qos: number; readonly retain: boolean }): BrokerPurpose {
  return {
    area: 'CONNACKPROPERTY',
    number,
    version: 1,
    statements: { '5.0': [statement] },
    purpose: `A CONNECT whose will has ${what} is refused, and the connection ended`,
    requires,
    caughtBy: 'accepts-unavailable-will',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { will: { topic: bench.topic('will'), payload: text('x'), properties: {}, ...flags } });
      await peer.expectEnd(`CONNECT with a will that has ${what}`);
    },
  };
}

function refusedSubscription(number: number, what: string, requires: readonly string[], subscription: (bench: MqttBench) => SubscriptionFields, identifier?: number): BrokerPurpose {
  return {
    area: 'CONNACKPROPERTY',
    number,
    version: 1,
    statements: { '5.0': ['MQTT-4.13.1-1'] },
    purpose: `SUBSCRIBE with ${what} is refused by a broker that does not have it`,
    requires,
    caughtBy: 'grants-every-subscription',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [subscription(bench)], identifier === undefined ? {} : { properties: { subscriptionIdentifiers: [identifier] } }));
      const refused = packetOf('suback', 'that refuses', ({ reasonCodes }) => (reasonCodes[0] ?? 0) >= 0x80);
      const lastWord = packetOf('disconnect', 'with an error', ({ reasonCode }) => reasonCode >= 0x80);
      const heard = await peer.expect(`SUBSCRIBE with ${what}`, refused, lastWord, connectionEnd);
      if (heard.kind === 'packet' && isOfType(heard.packet, 'disconnect')) await peer.expect('DISCONNECT with an error', connectionEnd);
    },
  };
}
