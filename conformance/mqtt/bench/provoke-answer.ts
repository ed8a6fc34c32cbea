import type { MqttProperties } from '../../../hil/protocols/mqtt/properties.ts';
import { acknowledgement, type MqttBench } from './mqtt-bench.ts';
import type { Peer } from './peer.ts';

/** What a 5.0 server sends about something else, and may explain in a reason string or user properties. */
export type AnswerType = 'connack' | 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'suback' | 'unsuback' | 'disconnect';

export interface ProvokedAnswer {
  readonly peer: Peer;
  /** What was done, for `expect`. */
  readonly after: string;
}

/**
 * Does what makes a 5.0 server send such a packet; it is what comes next on the connection. A DISCONNECT is only advised:
 * a server may also just close.
 * @param properties - Of the CONNECT.
 */
export async function provokeAnswer(bench: MqttBench, answer: AnswerType, properties: MqttProperties): Promise<ProvokedAnswer> {
  if (answer === 'connack') return { peer: await bench.openAndConnect('a', { properties }), after: 'CONNECT' };
  const { peer } = await bench.connected('a', { properties });
  return { peer, after: await provokeOn(bench, peer, answer) };
}

async function provokeOn(bench: MqttBench, peer: Peer, answer: Exclude<AnswerType, 'connack'>): Promise<string> {
  const topic = bench.topic('t');
  switch (answer) {
    case 'puback':
      await peer.send(bench.publishPacket(topic, { qos: 1, packetId: 7 }));
      return 'PUBLISH at QoS 1';
    case 'pubrec':
      await peer.send(bench.publishPacket(topic, { qos: 2, packetId: 7 }));
      return 'PUBLISH at QoS 2';
    case 'pubcomp':
      await peer.send(bench.publishPacket(topic, { qos: 2, packetId: 7 }));
      await peer.needPacket('PUBLISH at QoS 2', 'pubrec');
      await peer.send(acknowledgement('pubrel', 7));
      return 'PUBREL';
    case 'suback':
      await peer.send(bench.subscribePacket(7, [{ filter: topic }]));
      return 'SUBSCRIBE';
    case 'unsuback':
      await peer.send({ type: 'unsubscribe', packetId: 7, filters: [topic], properties: {} });
      return 'UNSUBSCRIBE without such a subscription';
    case 'disconnect':
      await peer.send(bench.publishPacket(''));
      return 'PUBLISH without topic and alias';
    case 'pubrel':
    default:
      return provokePubrel(bench, peer, topic);
  }
}

async function provokePubrel(bench: MqttBench, peer: Peer, topic: string): Promise<string> {
  await bench.subscribed(peer, { filter: topic, qos: 2 });
  const { peer: publisher } = await bench.connected('publisher');
  await bench.published(publisher, topic, { qos: 2 });
  const { packetId = 0 } = await peer.needPacket('the publication', 'publish', 'at QoS 2', ({ qos }) => qos === 2);
  await peer.send(acknowledgement('pubrec', packetId));
  return 'PUBREC';
}
