import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { PublishPacket, Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { rawBytes, rawField, rawPacket, rawUint16 } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { matchesFilter } from '../../../hil/protocols/mqtt/topic.ts';
import { acceptsViolation } from '../accepts-violation.ts';
import { messageKey } from '../message-key.ts';
import type { DefectiveConnection, DefectTools, MqttDefect, SeenPacket } from '../mqtt-defect.ts';
import { chosen, onward, rewrites, stateless, swallows } from '../rewrite.ts';

const FROM_SERVER = { from: 'server', type: 'publish' } as const;
/** Of deliveries that a defect invents: high enough that a good server, which counts up, does not use it meanwhile. */
const OWN_PACKET_ID = 40_000;

/** Defects in how messages are taken and delivered. */
export const PUBLISH_DEFECTS: readonly MqttDefect[] = [
  rewrites(
    'sets-dup-at-qos-0',
    'sends QoS 0 messages with DUP 1',
    { ...FROM_SERVER, when: ({ qos }) => qos === 0 },
    (packet) => ({ ...packet, dup: true }),
  ),
  { id: 'passes-dup-on', does: 'passes DUP on to the subscribers', create: passesDupOn },
  acceptsViolation('takes-qos-3', 'takes a PUBLISH with QoS 3', ({ statement }) => statement === 'MQTT-3.3.1-4'),
  acceptsViolation(
    'takes-wildcards-in-topic-names',
    'takes a PUBLISH with wildcards in its topic name',
    ({ statement }) => statement === 'MQTT-3.3.2-2',
  ),
  rewrites(
    'delivers-under-other-topics',
    'delivers under a topic name that does not match the filter',
    FROM_SERVER,
    (packet) => ({ ...packet, topic: `other/${packet.topic}` }),
  ),
  stateless('packet-id-before-topic', 'writes the packet identifier before the topic name', (seen) => {
    const publish = chosen(seen, { ...FROM_SERVER, when: ({ qos }) => qos > 0 });
    return publish === undefined ? 'pass' : [onward('server', idFirst(publish, seen))];
  }),
  rewrites(
    'answers-qos-0',
    'answers a QoS 0 PUBLISH with PUBACK',
    { from: 'server', type: 'pingresp' },
    (packet) => [{ type: 'puback', packetId: 1, reasonCode: 0, properties: NO_PROPERTIES }, packet],
  ),
  rewrites(
    'answers-qos-1-with-pubrec',
    'answers a QoS 1 PUBLISH with PUBREC',
    { from: 'server', type: 'puback' },
    (packet) => ({ ...packet, type: 'pubrec' }),
  ),
  rewrites(
    'answers-qos-2-with-puback',
    'answers a QoS 2 PUBLISH with PUBACK',
    { from: 'server', type: 'pubrec' },
    (packet) => ({ ...packet, type: 'puback' }),
  ),
  {
    id: 'delivers-overlap-at-lowest-qos',
    does: 'delivers to overlapping subscriptions at the lowest QoS',
    create: () => () => overlapAt((all) => Math.min(...all)),
  },
  {
    id: 'delivers-overlap-at-last-qos',
    does: 'delivers to overlapping subscriptions at the QoS of the last',
    create: () => () => overlapAt((all) => all.at(-1) ?? 0),
  },
  swallows(
    'ignores-unwanted-messages',
    'ignores messages that it does not want',
    { from: 'client', type: 'publish', when: ({ topic }) => topic.startsWith('$') },
  ),
  { id: 'delivers-at-publisher-qos', does: 'delivers at the QoS of the publisher, whatever was granted', create: atPublisherQos },
  { id: 'delivers-at-granted-qos', does: 'delivers at the granted QoS, whatever that of the message is', create: () => atGrantedQos },
  rewrites('delivers-at-qos-0', 'delivers everything at QoS 0', FROM_SERVER, atQos0),
  { id: 'delivers-to-one-subscriber', does: 'delivers a message to the first subscriber only', create: toOneSubscriber },
  rewrites(
    'delivers-payload-as-text',
    'takes the payload for text',
    FROM_SERVER,
    (packet) => ({ ...packet, payload: new TextEncoder().encode(new TextDecoder().decode(packet.payload)) }),
  ),
];

/** The same message at QoS 0. */
function atQos0({ packetId: _id, ...packet }: PublishPacket): PublishPacket {
  return { ...packet, qos: 0 };
}

function raisedTo(qos: Qos, packet: PublishPacket): PublishPacket {
  return { ...packet, qos, packetId: packet.packetId ?? OWN_PACKET_ID };
}

function idFirst({ qos, topic, packetId = 0, payload }: PublishPacket, { version }: SeenPacket): Uint8Array {
  return rawPacket({ firstByte: 0x30 | (qos << 1), body: rawBytes(rawUint16(packetId), rawField(topic), ...(version === 5 ? [0] : []), payload) });
}

function passesDupOn(): (tools: DefectTools) => DefectiveConnection {
  const repeated = new Set<string>();
  return () => ({
    onPacket: (seen) => {
      const published = chosen(seen, { from: 'client', type: 'publish', when: ({ dup }) => dup });
      if (published !== undefined) repeated.add(messageKey(published));
      const delivered = chosen(seen, { ...FROM_SERVER, when: (packet) => packet.qos > 0 && repeated.has(messageKey(packet)) });
      return delivered === undefined ? 'pass' : [onward('server', encodeLoose({ ...delivered, dup: true }, seen.version))];
    },
  });
}

function atPublisherQos(): (tools: DefectTools) => DefectiveConnection {
  const published = new Map<string, Qos>();
  return () => ({
    onPacket: (seen) => {
      const taken = chosen(seen, { from: 'client', type: 'publish' });
      if (taken !== undefined) published.set(messageKey(taken), taken.qos);
      const delivered = chosen(seen, FROM_SERVER);
      const qos = delivered === undefined ? 0 : (published.get(messageKey(delivered)) ?? 0);
      return delivered === undefined || qos <= delivered.qos ? 'pass' : [onward('server', encodeLoose(raisedTo(qos, delivered), seen.version))];
    },
  });
}

function atGrantedQos(): DefectiveConnection {
  let granted = 0;
  return {
    onPacket: (seen) => {
      granted = chosen(seen, { from: 'server', type: 'suback' })?.reasonCodes[0] ?? granted;
      const delivered = chosen(seen, FROM_SERVER);
      if (delivered === undefined || granted <= delivered.qos) return 'pass';
      return [onward('server', encodeLoose(raisedTo(granted === 1 ? 1 : 2, delivered), seen.version))];
    },
  };
}

/** Copies below the QoS that the defect settles on are lost, those above it are lowered. */
function overlapAt(settle: (matching: readonly number[]) => number): DefectiveConnection {
  const subscriptions: { readonly filter: string; readonly qos: number }[] = [];
  return {
    onPacket: (seen) => {
      subscriptions.push(...(chosen(seen, { from: 'client', type: 'subscribe' })?.subscriptions ?? []));
      const delivered = chosen(seen, FROM_SERVER);
      if (delivered === undefined) return 'pass';
      const qos = settle(subscriptions.filter(({ filter }) => matchesFilter(filter, delivered.topic)).map((subscription) => subscription.qos));
      return qos === 0 && delivered.qos > 0 ? [onward('server', encodeLoose(atQos0(delivered), seen.version))] : 'pass';
    },
  };
}

function toOneSubscriber(): (tools: DefectTools) => DefectiveConnection {
  const delivered = new Set<string>();
  return () => ({
    onPacket: (seen) => {
      const publish = chosen(seen, FROM_SERVER);
      if (publish === undefined) return 'pass';
      const key = messageKey(publish);
      if (delivered.has(key)) return [];
      delivered.add(key);
      return 'pass';
    },
  });
}
