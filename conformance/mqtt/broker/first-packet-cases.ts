import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import { expectRefused } from '../bench/refusal.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { untilEnd } from '../bench/leave.ts';
import { expectMessage, listener, tell } from '../bench/messages.ts';
import { text, type MqttBench } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** What may be the first packet of a connection, and that it comes once. */
export const FIRST_PACKET_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'FIRST',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.0-2'], '5.0': ['MQTT-3.1.0-2'] },
    purpose: 'A second CONNECT on one connection makes the broker end it',
    caughtBy: 'swallows-second-connect',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.connectPacket('a'));
      await peer.expectEnd('a second CONNECT');
    },
  },
  notFirst(2, 'PUBLISH', (bench) => bench.publishPacket(bench.topic('a'), { qos: 1, packetId: 1 })),
  notFirst(3, 'SUBSCRIBE', (bench) => bench.subscribePacket(1, [{ filter: bench.topic('a'), qos: 0 }])),
  notFirst(4, 'PINGREQ', () => ({ type: 'pingreq' })),
  notFirst(5, 'DISCONNECT', () => ({ type: 'disconnect', reasonCode: 0, properties: NO_PROPERTIES })),
  {
    area: 'FIRST',
    number: 6,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.0-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.1.0-1', 'MQTT-4.13.1-1'] },
    purpose: 'A PUBLISH before CONNECT reaches nobody',
    caughtBy: 'forwards-before-connect',
    run: async (bench) => {
      const topic = bench.topic('a');
      const subscriber = await listener(bench, 'subscriber', topic);
      const peer = await bench.open('stranger');
      await peer.send(bench.publishPacket(topic, { payload: text('before CONNECT') }));
      await untilEnd(bench, peer);
      const publisher = await bench.connected('publisher');
      await tell(bench, publisher, topic, 'the first');
      await expectMessage(bench, subscriber.peer, 'a PUBLISH before CONNECT, and one of another client', { topic, payload: 'the first' });
    },
  },
];

/** Another packet in place of CONNECT. */
function notFirst(number: number, name: string, stimulus: (bench: MqttBench) => LoosePacket): BrokerPurpose {
  return {
    area: 'FIRST',
    number,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.0-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.1.0-1', 'MQTT-4.13.1-1'] },
    purpose: `A ${name} in place of CONNECT makes the broker end the connection`,
    caughtBy: 'waits-for-connect',
    run: async (bench) => {
      const peer = await bench.open('a');
      await peer.send(stimulus(bench));
      await expectRefused(peer, `a ${name} in place of CONNECT`);
    },
  };
}
