import { failCase } from '../../framework/case-stop.ts';
import { connectionEnd, packetOf } from '../bench/heard.ts';
import { inboxOf } from '../bench/inbox.ts';
import { text } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** The codes in SUBACK. */
export const SUBACK_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'SUBACK',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.9.3-1'], '5.0': ['MQTT-3.9.3-1'] },
    purpose: 'The codes of SUBACK are in the order of the filters: none is above the QoS that was asked for at its place',
    requires: ['QOS1', 'QOS2'],
    caughtBy: 'reverses-suback-codes',
    // A server may grant less than what was asked for, or nothing, at any place.
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      const asked = [2, 0, 1, 0];
      await peer.send(bench.subscribePacket(7, asked.map((qos, index) => ({ filter: bench.topic(`a/${index}`), qos }))));
      const { reasonCodes } = await peer.expectPacket('a SUBSCRIBE with four filters', 'suback', 'with four codes', (suback) => suback.reasonCodes.length === asked.length);
      const at = reasonCodes.findIndex((code, index) => code < 0x80 && code > (asked[index] ?? 0));
      if (at >= 0) failCase(`code ${at + 1} of SUBACK is ${reasonCodes[at]}, where QoS ${asked[at]} was asked for`);
    },
  },
  {
    area: 'SUBACK',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.4-5'], '5.0': ['MQTT-3.8.4-6'] },
    purpose: 'SUBACK holds a code for each filter',
    caughtBy: 'sends-one-code-for-all-filters',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      for (const count of [1, 2, 5]) {
        await peer.send(bench.subscribePacket(count, Array.from({ length: count }, (_none, index) => ({ filter: bench.topic(`${count}/${index}`) }))));
        await peer.expectPacket(`a SUBSCRIBE with ${count} filters`, 'suback', `with ${count} codes`, ({ reasonCodes }) => reasonCodes.length === count);
      }
    },
  },
  {
    area: 'SUBACK',
    number: 3,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.9.3-2'], '5.0': ['MQTT-3.9.3-2'] },
    purpose: 'SUBACK holds no other codes than those of its table, also for a filter that the broker may not want',
    caughtBy: 'suback-with-unlisted-code',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.subscribePacket(7, [0, 1, 2].map((qos) => ({ filter: bench.topic(`a/${qos}`), qos }))));
      await peer.expectPacket('SUBSCRIBE', 'suback', 'with codes of its table');
      await peer.send(bench.subscribePacket(8, [{ filter: `$fieldproof/${bench.topic('a')}`, qos: 1 }]));
      await peer.expect('SUBSCRIBE to a filter that begins with $', packetOf('suback', 'with a code of its table'), packetOf('disconnect'), connectionEnd);
    },
  },
  {
    area: 'SUBACK',
    number: 4,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.8.4-5', 'MQTT-3.8.4-6'], '5.0': ['MQTT-3.8.4-7', 'MQTT-3.8.4-8'] },
    purpose: 'The code in SUBACK tells the QoS that is really granted: messages come at it',
    requires: ['QOS1', 'QOS2'],
    caughtBy: 'grants-what-it-does-not-give',
    run: async (bench) => {
      const subscriber = await inboxOf(bench, 'subscriber');
      const publisher = await inboxOf(bench, 'publisher');
      for (const asked of [0, 1, 2]) {
        const topic = bench.topic(`asked/${asked}`);
        const granted = (await subscriber.subscribed({ filter: topic, qos: asked })).reasonCodes[0];
        await publisher.published(topic, { qos: 2, payload: text(`asked ${asked}`) });
        const { qos } = await subscriber.needDelivery('PUBLISH at QoS 2', `asked ${asked}`);
        if (qos !== granted) failCase(`a message of QoS 2 came at QoS ${qos}, although SUBACK grants QoS ${granted}`);
      }
    },
  },
];
