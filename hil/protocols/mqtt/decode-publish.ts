import { readProperties } from './decode-properties.ts';
import type { PublishPacket } from './packet.ts';
import type { PacketReader } from './packet-reader.ts';
import { RULES } from './rules.ts';

/** Reads PUBLISH in place: the payload is a view. @param flags - The low four bits of the first byte. @see section 3.3 */
export function readPublish(reader: PacketReader, flags: number): PublishPacket {
  const dup = (flags & 0x08) !== 0;
  const retain = (flags & 0x01) !== 0;
  const bits = (flags >> 1) & 3;
  if (bits === 3) reader.fail(RULES['qos-3'], 'QoS is 3');
  // 3 has been refused by then; the type needs a value all the same.
  const qos = bits === 1 || bits === 2 ? bits : 0;
  if (dup && bits === 0) reader.fail(RULES['dup-with-qos-0'], 'DUP is 1 with QoS 0');
  const topic = reader.text('topic name');
  if (topic.includes('+') || topic.includes('#')) reader.fail(RULES['publish-wildcard'], `topic name "${topic}" holds a wildcard`);
  const packetId = qos === 0 ? undefined : reader.uint16('packet id');
  if (packetId === 0) reader.fail(reader.from === 'client' ? RULES['packet-id-client'] : RULES['packet-id-server'], 'packet id is 0');
  const properties = readProperties(reader, 'publish');
  if (topic === '' && properties.topicAlias === undefined) {
    reader.fail(RULES['topic-empty'], reader.version === 4 ? 'topic name is empty' : 'topic name is empty, and there is no topic alias');
  }
  if (properties.subscriptionIdentifiers !== undefined && reader.from === 'client') {
    reader.fail(RULES['subscription-identifier-from-client'], 'a client sent a subscription identifier in PUBLISH');
  }
  return { type: 'publish', dup, qos, retain, topic, packetId, payload: reader.rest(), properties };
}
