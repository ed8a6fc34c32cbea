import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES, type MqttProperties, type PropertyName } from '../../../hil/protocols/mqtt/properties.ts';
import type { DefectAction, DefectiveConnection, MqttDefect } from '../mqtt-defect.ts';
import { chosen, onward, rewrites, stateless } from '../rewrite.ts';
import { to, without } from '../version-5.ts';

/** Defects in what becomes of the properties of a PUBLISH. */
export const PUBLISH_PROPERTY_DEFECTS: readonly MqttDefect[] = [
  drops('drops-payload-format-indicator', 'payloadFormatIndicator'),
  drops('drops-response-topic', 'responseTopic'),
  drops('drops-content-type', 'contentType'),
  changes('cuts-correlation-data', 'cuts correlation data at its first zero byte', ({ correlationData, ...rest }) => ({
    ...rest,
    ...(correlationData === undefined ? {} : { correlationData: correlationData.slice(0, correlationData.indexOf(0) < 0 ? undefined : correlationData.indexOf(0)) }),
  })),
  changes('merges-user-properties', 'keeps one user property of each name', ({ userProperties, ...rest }) => ({
    ...rest,
    ...(userProperties === undefined ? {} : { userProperties: [...new Map(userProperties)] }),
  })),
  changes('sorts-user-properties', 'sorts user properties by name', ({ userProperties, ...rest }) => ({
    ...rest,
    ...(userProperties === undefined ? {} : { userProperties: userProperties.toSorted(([a], [b]) => (a < b ? -1 : 1)) }),
  })),
  changes('marks-payloads-as-text', 'marks every payload as UTF-8', (properties) => ({ ...properties, payloadFormatIndicator: 1 })),
  withoutAny('retained-without-properties', 'keeps no properties of retained messages', ({ retain }) => retain),
  withoutAny('qos-2-without-properties', 'forwards QoS 2 messages without properties', ({ qos }) => qos === 2),
  { id: 'queued-without-properties', does: 'keeps no properties of messages that wait for a client', create: () => resumedWithout },
  stateless('forwards-wildcard-response-topic', 'forwards a response topic with wildcards', (seen) => {
    if (seen.from === 'client' && seen.decoded.kind === 'violation' && seen.decoded.statement === 'MQTT-3.3.2-14') return [onward('client', replaced(seen.bytes, 'answers/+', 'answers/0'))];
    const publish = chosen(seen, { from: 'server', type: 'publish', when: ({ properties }) => properties.responseTopic === 'answers/0' });
    return publish === undefined ? 'pass' : [onward('server', encodeLoose(withResponseTopic(publish, 'answers/+'), 5))];
  }),
  stateless('accepts-subscription-identifier-of-publisher', 'takes a PUBLISH with a subscription identifier', (seen) =>
    seen.from === 'client' && seen.decoded.kind === 'violation' && seen.decoded.statement === 'MQTT-3.3.4-6' ? [] : 'pass',
  ),
  changes(
    'forwards-subscription-identifier-of-publisher',
    'forwards a subscription identifier to those who have none',
    (properties) => ({ ...properties, subscriptionIdentifiers: [7] }),
  ),
];

function drops(id: string, name: PropertyName): MqttDefect {
  return changes(id, `does not forward ${name}`, (properties) => without(properties, name));
}

function changes(id: string, does: string, change: (properties: MqttProperties) => MqttProperties): MqttDefect {
  return rewrites(id, does, { from: 'server', type: 'publish' }, (packet) => ({ ...packet, properties: change(packet.properties) }));
}

function withoutAny(id: string, does: string, isMeant: (publish: PublishPacket) => boolean): MqttDefect {
  return rewrites(id, does, { from: 'server', type: 'publish', when: isMeant }, (packet) => ({ ...packet, properties: NO_PROPERTIES }));
}

function resumedWithout(): DefectiveConnection {
  let isResumed = false;
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      isResumed ||= chosen(seen, { from: 'client', type: 'connect' })?.cleanStart === false;
      const publish = chosen(seen, { from: 'server', type: 'publish' });
      return publish === undefined || !isResumed ? 'pass' : [to('server', { ...publish, properties: NO_PROPERTIES })];
    },
  };
}

function withResponseTopic(publish: PublishPacket, responseTopic: string): LoosePacket {
  return { ...publish, properties: { ...publish.properties, responseTopic } };
}

/** The same bytes with one text in place of another of the same length. */
function replaced(bytes: Uint8Array, text: string, by: string): Uint8Array {
  return new Uint8Array(Buffer.from(Buffer.from(bytes).toString('latin1').replace(text, by), 'latin1'));
}
