import type { MqttViolation } from '../../../hil/protocols/mqtt/decode-result.ts';
import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { PacketType } from '../../../hil/protocols/mqtt/packet.ts';
import { acceptsViolation, answerTo } from '../accepts-violation.ts';
import type { MqttDefect } from '../mqtt-defect.ts';
import { chosen, onward, rewrites, stateless } from '../rewrite.ts';

const ILL_FORMED = ['MQTT-1.5.3-1', 'MQTT-1.5.4-1'];
const NULL_CHARACTER = ['MQTT-1.5.3-2', 'MQTT-1.5.4-2'];
const BYTE_ORDER_MARK = '\u{feff}';

/** Defects in how strings are read and written. */
export const UTF8_DEFECTS: readonly MqttDefect[] = [
  stateless('takes-surrogates', 'takes surrogate code points in topic names', (seen) => {
    const { decoded, bytes } = seen;
    return decoded.kind === 'violation' && ILL_FORMED.includes(decoded.statement) && decoded.packetType === 'publish' && holdsSurrogate(bytes) ? answerTo(seen) : 'pass';
  }),
  acceptsIn('takes-ill-formed-topic-names', 'takes topic names that are no valid UTF-8', ILL_FORMED, ['publish']),
  acceptsIn('takes-ill-formed-filters', 'takes topic filters that are no valid UTF-8', ILL_FORMED, ['subscribe', 'unsubscribe']),
  acceptsInConnect('takes-ill-formed-client-ids', 'client id'),
  acceptsInConnect('takes-ill-formed-will-topics', 'will topic'),
  acceptsInConnect('takes-ill-formed-user-names', 'user name'),
  acceptsIn('takes-null-in-packets', 'takes U+0000 in topic names and filters', NULL_CHARACTER, ['publish', 'subscribe', 'unsubscribe']),
  acceptsIn('takes-null-in-connect', 'takes U+0000 in the strings of CONNECT', NULL_CHARACTER, ['connect']),
  acceptsIn('takes-ill-formed-pairs', 'takes user properties that are no valid UTF-8', ['MQTT-1.5.7-1'], ['publish']),
  stateless('strips-byte-order-mark', 'takes U+FEFF out of topic names and filters', (seen) => {
    const publish = chosen(seen, { from: 'client', type: 'publish' });
    if (publish !== undefined) return [onward('client', encodeLoose({ ...publish, topic: stripped(publish.topic) }, seen.version))];
    const subscribe = chosen(seen, { from: 'client', type: 'subscribe' });
    if (subscribe === undefined) return 'pass';
    const subscriptions = subscribe.subscriptions.map((subscription) => ({ ...subscription, filter: stripped(subscription.filter) }));
    return [onward('client', encodeLoose({ ...subscribe, subscriptions }, seen.version))];
  }),
  rewrites('sends-surrogate-pairs', 'sends characters beyond U+FFFF as two surrogates of three bytes each', { from: 'server', type: 'publish' }, (packet) => ({
    ...packet,
    topic: inSurrogates(packet.topic),
  })),
];

function acceptsIn(id: string, does: string, statements: readonly string[], types: readonly PacketType[]): MqttDefect {
  const isMeant = ({ statement, packetType }: MqttViolation): boolean => statements.includes(statement) && packetType !== undefined && types.includes(packetType);
  return acceptsViolation(id, does, isMeant);
}

function acceptsInConnect(id: string, field: string): MqttDefect {
  return acceptsViolation(
    id,
    `takes a ${field} that is no valid UTF-8`,
    ({ statement, because }) => ILL_FORMED.includes(statement) && because.startsWith(field),
  );
}

/** Whether a lead byte 0xED is followed by what only surrogates have behind it. */
function holdsSurrogate(bytes: Uint8Array): boolean {
  return bytes.some((byte, at) => byte === 0xed && (bytes[at + 1] ?? 0) >= 0xa0);
}

function stripped(characters: string): string {
  return characters.replaceAll(BYTE_ORDER_MARK, '');
}

/** CESU-8: each UTF-16 unit by itself. */
function inSurrogates(characters: string): Uint8Array {
  const units = Array.from({ length: characters.length }, (_unit, index) => characters.charCodeAt(index));
  return Uint8Array.from(units.flatMap((unit) => (unit < 0x80 ? [unit] : unit < 0x800 ? [0xc0 | (unit >> 6), 0x80 | (unit & 0x3f)] : [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)])));
}
