import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { declaredLimits } from './declared-limits.ts';
import type { MqttBench, PublishFields } from './mqtt-bench.ts';

/**
 * A message as one subscriber gets it from one publisher, both connected and in good standing. That it comes, and is well
 * formed, is judged: use it only where the case is about what the message carries. It goes at QoS 1, or at QoS 0 on a
 * server that has no more.
 */
export async function forwardedPublication(bench: MqttBench, fields: PublishFields, label = 'forwarded'): Promise<PublishPacket> {
  const topic = bench.topic(label);
  const { peer: subscriber, connack } = await bench.connected('subscriber');
  const qos = declaredLimits(connack).maximumQos === 0 ? 0 : 1;
  await bench.subscribed(subscriber, { filter: topic, qos });
  const { peer: publisher } = await bench.connected('publisher');
  await bench.published(publisher, topic, { ...fields, qos });
  const publish = await subscriber.expectPacket('the publication', 'publish', `on ${topic}`, (packet) => packet.topic === topic);
  await bench.acknowledge(subscriber, publish);
  return publish;
}
