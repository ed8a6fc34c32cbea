import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { MqttDefect } from '../mqtt-defect.ts';
import { backward, chosen, rewrites, stateless, swallows } from '../rewrite.ts';
import { without } from '../version-5.ts';

/** Defects of a broker that lacks a capability, and is not straight about it. */
export const UNAVAILABLE_DEFECTS: readonly MqttDefect[] = [
  rewrites(
    'hides-maximum-qos',
    'does not announce that it lacks QoS 2',
    { from: 'server', type: 'connack' },
    (packet) => ({ ...packet, properties: without(packet.properties, 'maximumQos') }),
  ),
  rewrites(
    'refuses-subscriptions-at-qos-2',
    'refuses subscriptions at a QoS that it lacks',
    { from: 'server', type: 'suback' },
    (packet) => ({ ...packet, reasonCodes: packet.reasonCodes.map(() => 0x80) }),
  ),
  swallows(
    'swallows-unavailable-publish',
    'passes over publications that it cannot serve',
    { from: 'client', type: 'publish', when: ({ qos, retain }) => qos === 2 || retain },
  ),
  rewrites(
    'accepts-unavailable-will',
    'takes a will that it cannot serve',
    { from: 'client', type: 'connect', when: ({ will }) => will !== undefined },
    ({ will: _dropped, ...packet }) => packet,
  ),
  stateless('grants-every-subscription', 'grants subscriptions that it cannot serve', (seen) => {
    const subscribe = chosen(seen, { from: 'client', type: 'subscribe' });
    if (subscribe === undefined) return 'pass';
    const reasonCodes = subscribe.subscriptions.map(({ qos }) => qos);
    return [backward('client', encodeLoose({ type: 'suback', packetId: subscribe.packetId, reasonCodes, properties: {} }, seen.version))];
  }),
];
