import { readProperties } from './decode-properties.ts';
import type { SubscribePacket, SubscriptionRequest, UnsubscribePacket } from './packet.ts';
import type { PacketReader } from './packet-reader.ts';
import { RULES } from './rules.ts';
import { isSharedFilter, plainFilterFault, topicFilterFault } from './topic.ts';

/** Reads SUBSCRIBE. @see section 3.8 of both standards */
export function readSubscribe(reader: PacketReader): SubscribePacket {
  const packetId = readRequestId(reader);
  const properties = readProperties(reader, 'subscribe');
  if (reader.bytesLeft === 0) reader.fail(RULES['subscribe-empty'], 'SUBSCRIBE without a topic filter');
  const subscriptions: SubscriptionRequest[] = [];
  while (!reader.isAtEnd) subscriptions.push(readSubscription(reader));
  return { type: 'subscribe', packetId, subscriptions, properties };
}

/** Reads UNSUBSCRIBE. @see section 3.10 of both standards */
export function readUnsubscribe(reader: PacketReader): UnsubscribePacket {
  const packetId = readRequestId(reader);
  const properties = readProperties(reader, 'unsubscribe');
  if (reader.bytesLeft === 0) reader.fail(RULES['unsubscribe-empty'], 'UNSUBSCRIBE without a topic filter');
  const filters: string[] = [];
  while (!reader.isAtEnd) filters.push(readFilter(reader));
  return { type: 'unsubscribe', packetId, filters, properties };
}

function readRequestId(reader: PacketReader): number {
  const packetId = reader.uint16('packet id');
  if (packetId === 0) reader.fail(RULES['packet-id-client'], 'packet id is 0');
  return packetId;
}

function readSubscription(reader: PacketReader): SubscriptionRequest {
  const filter = readFilter(reader);
  const options = reader.byte('subscription options');
  const reserved = reader.version === 4 ? 0xfc : 0xc0;
  if ((options & reserved) !== 0) {
    reader.fail(RULES['options-reserved'], `reserved bits are set in the subscription options 0x${options.toString(16)}`);
  }
  const qos = options & 3;
  if (qos === 3) reader.fail(RULES['subscribe-qos-3'], `QoS 3 is asked for "${filter}"`);
  const noLocal = (options & 0x04) !== 0;
  if (noLocal && isSharedFilter(filter)) reader.fail(RULES['no-local-shared'], `No Local on the shared subscription "${filter}"`);
  const handling = (options >> 4) & 3;
  if (handling === 3) reader.fail(RULES['retain-handling-3'], `retain handling 3 is asked for "${filter}"`);
  return {
    filter,
    // 3 has been refused by then; the types need a value all the same.
    qos: qos === 1 || qos === 2 ? qos : 0,
    noLocal,
    retainAsPublished: (options & 0x08) !== 0,
    retainHandling: handling === 1 || handling === 2 ? handling : 0,
  };
}

function readFilter(reader: PacketReader): string {
  const filter = reader.text('topic filter');
  if (reader.fault !== undefined) return filter;
  const fault = reader.version === 4 ? plainFilterFault(filter) : topicFilterFault(filter);
  switch (fault) {
    case 'empty':
      reader.fail(RULES['topic-empty'], 'topic filter is empty');
      break;
    case 'hash':
      reader.fail(RULES['filter-hash'], `# is not the whole last level of "${filter}"`);
      break;
    case 'plus':
      reader.fail(RULES['filter-plus'], `+ does not fill a level of "${filter}"`);
      break;
    case 'share-name-empty':
      reader.fail(RULES['share-name-empty'], `no share name in "${filter}"`);
      break;
    case 'share-name':
      reader.fail(RULES['share-name'], `"${filter}" is not $share/, a name without wildcards, / and a filter`);
      break;
    case 'null-character':
    case 'too-long':
    case undefined:
    default:
      // The text reader has refused U+0000, and no field can be longer than a topic may be.
      break;
  }
  return filter;
}
