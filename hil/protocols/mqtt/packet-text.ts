import type { MqttDecode } from './decode-result.ts';
import type { ConnectPacket, MqttPacket, MqttWill, PublishPacket, SubscriptionRequest } from './packet.ts';
import type { MqttProperties } from './properties.ts';
import { reasonName, type ReasonedPacketType } from './reason-codes.ts';

/** Longest text or bytes shown of one field. */
const SHOWN_CHARACTERS = 64;
const SHOWN_BYTES = 32;

/** Names shorter than those of the standard, for a line that people read. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  messageExpiryIntervalS: 'expiry',
  sessionExpiryIntervalS: 'sessionExpiry',
  willDelayIntervalS: 'delay',
  serverKeepAliveS: 'serverKeepAlive',
  maximumPacketSizeBytes: 'maximumPacketSize',
  topicAlias: 'alias',
  subscriptionIdentifiers: 'subscription',
  userProperties: 'user',
  reasonString: 'reason',
};

/**
 * A packet on one line, for evidence and logs: `PUBLISH q2 d0 r1 id=7 topic=a/b 12 bytes expiry=5s`. Passwords and
 * authentication data are shown by their length only; long fields are cut.
 */
export function packetText(packet: MqttPacket): string {
  const properties = 'properties' in packet ? propertiesText(packet.properties) : [];
  return [packet.type.toUpperCase(), ...fieldsText(packet), ...properties].join(' ');
}

/** The same of any bytes: the packet, or what is wrong with them and how they begin. */
export function decodeText(decoded: MqttDecode, bytes: Uint8Array): string {
  switch (decoded.kind) {
    case 'packet':
      return packetText(decoded.packet);
    case 'incomplete':
      return `incomplete, at least ${decoded.missingBytesMin} more bytes: ${bytesText(bytes)}`;
    case 'violation':
    default:
      return `${decoded.packetType?.toUpperCase() ?? 'bytes'} against ${decoded.statement} (${decoded.because}): ${bytesText(bytes)}`;
  }
}

/** How some bytes begin, in hexadecimal, and how many they are: `10 0c 00 04 ... (14 bytes)`. */
export function bytesText(bytes: Uint8Array): string {
  const start = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, '0'));
  return [...start, ...(bytes.length > SHOWN_BYTES ? ['...'] : []), `(${bytes.length} bytes)`].join(' ');
}

function fieldsText(packet: MqttPacket): readonly string[] {
  switch (packet.type) {
    case 'publish':
      return publishText(packet);
    case 'connect':
      return connectText(packet);
    case 'connack':
      return [`present=${bit(packet.sessionPresent)}`, codeText(packet.reasonCode, packet.type)];
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return [`id=${packet.packetId}`, ...(packet.reasonCode === 0 ? [] : [codeText(packet.reasonCode, packet.type)])];
    case 'subscribe':
      return [`id=${packet.packetId}`, ...packet.subscriptions.map(subscriptionText)];
    case 'unsubscribe':
      return [`id=${packet.packetId}`, ...packet.filters.map(shown)];
    case 'suback':
    case 'unsuback':
      return [`id=${packet.packetId}`, ...packet.reasonCodes.map((code) => codeText(code, packet.type))];
    case 'disconnect':
    case 'auth':
      return [codeText(packet.reasonCode, packet.type)];
    case 'pingreq':
    case 'pingresp':
    default:
      return [];
  }
}

function publishText({ qos, dup, retain, packetId, topic, payload }: PublishPacket): string[] {
  const id = packetId === undefined ? [] : [`id=${packetId}`];
  return [`q${qos}`, `d${bit(dup)}`, `r${bit(retain)}`, ...id, `topic=${shown(topic)}`, `${payload.length} bytes`];
}

function connectText({ protocolName, protocolLevel, cleanStart, keepAliveS, clientId, will, userName, password }: ConnectPacket): string[] {
  return [
    ...(protocolName === 'MQTT' ? [] : [`protocol=${shown(protocolName)}`]),
    `v${protocolLevel}`,
    `clean=${bit(cleanStart)}`,
    `keepalive=${keepAliveS}s`,
    `client=${shown(clientId)}`,
    ...(will === undefined ? [] : [willText(will)]),
    ...(userName === undefined ? [] : [`user=${shown(userName)}`]),
    ...(password === undefined ? [] : [`password=(${password.length} bytes)`]),
  ];
}

function willText({ qos, retain, topic, payload, properties }: MqttWill): string {
  return `will=(${[`q${qos}`, `r${bit(retain)}`, `topic=${shown(topic)}`, `${payload.length} bytes`, ...propertiesText(properties)].join(' ')})`;
}

function subscriptionText({ filter, qos, noLocal, retainAsPublished, retainHandling }: SubscriptionRequest): string {
  return [
    `${shown(filter)}:q${qos}`,
    ...(noLocal ? ['no-local'] : []),
    ...(retainAsPublished ? ['retain-as-published'] : []),
    ...(retainHandling === 0 ? [] : [`retain-handling-${retainHandling}`]),
  ].join(',');
}

function codeText(code: number, type: ReasonedPacketType): string {
  // Codes 1 to 5 of CONNACK are return codes of 3.1.1; 5.0 has none of them.
  if (type === 'connack' && code > 0 && code < 0x80) return `code ${code}`;
  return `0x${code.toString(16).padStart(2, '0')} (${reasonName(code, type)})`;
}

function propertiesText(properties: MqttProperties): string[] {
  return Object.entries(properties).map(([name, value]) => `${SHORT_NAMES[name] ?? name}=${valueText(name, value)}`);
}

function valueText(name: string, value: unknown): string {
  if (value instanceof Uint8Array) return name === 'authenticationData' ? `(${value.length} bytes)` : bytesText(value);
  if (name === 'userProperties' && Array.isArray(value)) {
    return value.map((pair) => (Array.isArray(pair) ? pair.map((text) => shown(String(text))).join(':') : '')).join(',');
  }
  if (typeof value === 'string') return shown(value);
  return `${String(value)}${name.endsWith('S') ? 's' : ''}`;
}

/** Text as it is; between quotes when a space or an unprintable character would blur where it ends. */
function shown(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
  return /^[^\s"\p{C}]+$/u.test(cut) ? cut : JSON.stringify(cut);
}

function bit(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
