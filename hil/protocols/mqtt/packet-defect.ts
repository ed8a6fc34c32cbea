import { FIELD_BYTES_MAX, VARIABLE_BYTE_INTEGER_MAX } from './limits.ts';
import type { MqttPacket, PublishPacket } from './packet.ts';
import { propertyByName, type PropertyKind } from './property-table.ts';
import { topicNameFault } from './topic.ts';

/** The largest value of each number that stands outside the properties. */
const NUMBER_MAX: Readonly<Record<string, number>> = {
  packetId: 0xffff,
  keepAliveS: 0xffff,
  protocolLevel: 0xff,
  reasonCode: 0xff,
  reasonCodes: 0xff,
  qos: 2,
  retainHandling: 2,
};

const KIND_MAX: Partial<Record<PropertyKind, number>> = {
  flag: 1,
  uint16: 0xffff,
  uint32: 0xffff_ffff,
  variable: VARIABLE_BYTE_INTEGER_MAX,
};

/** The one field without a length in front, which only the packet bounds. */
const LONG_PAYLOAD = 'payload of publish';

/** The first value that does not fit its field, for people; undefined when all do. */
export function packetDefect(packet: MqttPacket): string | undefined {
  return defectIn(packet, packet.type);
}

/** What keeps a PUBLISH without properties from being sent; the same that `packetDefect` and the decoder would say, faster. */
export function plainPublishDefect({ qos, dup, topic, packetId = 0 }: PublishPacket): string | undefined {
  const fault = topicNameFault(topic);
  if (fault !== undefined) return `topic "${topic.slice(0, 64)}": ${fault}`;
  if (isIllFormed(topic)) return 'topic holds half of a surrogate pair';
  if (qos === 0) return dup ? 'DUP with QoS 0' : undefined;
  if (qos !== 1 && qos !== 2) return `QoS ${String(qos)}`;
  const isIdRight = Number.isInteger(packetId) && packetId >= 1 && packetId <= 0xffff;
  return isIdRight ? undefined : `packet id ${packetId} is not an integer from 1 to 65535`;
}

function defectIn(value: unknown, key: string): string | undefined {
  if (typeof value === 'string') return textDefect(value, key);
  if (typeof value === 'number') return numberDefect(value, key);
  if (value instanceof Uint8Array) return key === LONG_PAYLOAD || value.length <= FIELD_BYTES_MAX ? undefined : tooLong(key, value.length);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = Array.isArray(value) ? value.map((item): [string, unknown] => [key, item]) : Object.entries(value);
  for (const [name, field] of fields) {
    const defect = defectIn(field, key === 'publish' && name === 'payload' ? LONG_PAYLOAD : name);
    if (defect !== undefined) return defect;
  }
  return undefined;
}

function numberDefect(value: number, key: string): string | undefined {
  const kind = propertyByName(key)?.kind;
  const max = kind === undefined ? NUMBER_MAX[key] : KIND_MAX[kind];
  if (max !== undefined && Number.isInteger(value) && value >= 0 && value <= max) return undefined;
  return `${key} ${value} is not an integer from 0 to ${max ?? 0}`;
}

function textDefect(text: string, key: string): string | undefined {
  if (isIllFormed(text)) return `${key} holds half of a surrogate pair`;
  // A string of n UTF-16 units has at most 3n bytes of UTF-8: only long ones have to be measured.
  const byteCount = text.length * 3 > FIELD_BYTES_MAX ? Buffer.byteLength(text) : 0;
  return byteCount > FIELD_BYTES_MAX ? tooLong(key, byteCount) : undefined;
}

function tooLong(key: string, byteCount: number): string {
  return `${key} has ${byteCount} bytes, more than ${FIELD_BYTES_MAX}`;
}

/** In a pattern with the u flag, only a surrogate that is not part of a pair is a surrogate. */
function isIllFormed(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
