import { crc32 } from 'node:zlib';
import { decodePacket } from '../../../protocols/mqtt/decode.ts';
import { encodeLoose } from '../../../protocols/mqtt/encode-loose.ts';
import type { MqttWill, ProtocolVersion, Qos } from '../../../protocols/mqtt/packet.ts';
import type { MqttProperties } from '../../../protocols/mqtt/properties.ts';
import { z } from '../../../runtime/schema.ts';
import type { StoredWill } from '../core/stored-will.ts';
import { takeApart, type Subscription } from '../core/subscription.ts';
import { bufferOf } from './stored-keys.ts';

/** Every value begins with the CRC-32 of its key and of what follows. */
const CHECK_BYTES = 4;
const NUMBER_BYTES = 6;

/** A message as it stands in a value: a PUBLISH packet of MQTT 5.0, so that topic, payload and properties need no format of our own. */
export interface StoredBody {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly properties: MqttProperties;
}

/** Puts the check value in front. @param parts - Of the value, in their order. */
export function checkedValue(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const value = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + part.byteLength, CHECK_BYTES));
  let at = CHECK_BYTES;
  for (const part of parts) {
    value.set(part, at);
    at += part.byteLength;
  }
  value.writeUInt32BE(crc32(value.subarray(CHECK_BYTES), crc32(key)), 0);
  return value;
}

/** What `checkedValue` was given, as one piece; undefined when it is damaged. */
export function uncheckedValue(key: Uint8Array, value: Uint8Array): Buffer | undefined {
  if (value.byteLength < CHECK_BYTES) return undefined;
  const whole = bufferOf(value);
  const content = whole.subarray(CHECK_BYTES);
  return crc32(content, crc32(key)) === whole.readUInt32BE(0) ? content : undefined;
}

export function bodyBytes({ topic, payload, qos, retain, properties }: StoredBody): Uint8Array {
  return encodeLoose({ type: 'publish', dup: false, qos, retain, topic, packetId: qos === 0 ? undefined : 1, payload, properties }, 5);
}

/** Undefined when it is no such packet. The result holds views into `bytes`. */
export function bodyOfBytes(bytes: Uint8Array): StoredBody | undefined {
  const decoded = decodePacket(bytes, 5, { from: 'server' });
  return decoded.kind === 'packet' && decoded.packet.type === 'publish' ? decoded.packet : undefined;
}

/** A whole number below 2^48. */
export function numberBytes(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * NUMBER_BYTES);
  for (const [index, value] of values.entries()) bytes.writeUIntBE(value, index * NUMBER_BYTES, NUMBER_BYTES);
  return bytes;
}

/** The numbers of `numberBytes`; undefined when there are fewer than `count`. */
export function numbersOf(bytes: Buffer, count: number): readonly number[] | undefined {
  if (bytes.length < count * NUMBER_BYTES) return undefined;
  return Array.from({ length: count }, (_number, index) => bytes.readUIntBE(index * NUMBER_BYTES, NUMBER_BYTES));
}

const sessionSchema = z.object({ number: z.number(), expiryIntervalS: z.number(), leftWallMs: z.number().optional() });
/** A session's row. `leftWallMs`: when its connection ended, milliseconds since 1970; undefined while it is connected. */
export interface SessionRow {
  readonly number: number;
  readonly expiryIntervalS: number;
  readonly leftWallMs?: number | undefined;
}

const subscriptionSchema = z.object({ qos: z.union([z.literal(0), z.literal(1), z.literal(2)]), noLocal: z.boolean(), retainAsPublished: z.boolean(), identifier: z.number().optional() });
const willSchema = z.object({ delayS: z.number(), clientId: z.string(), userName: z.string().optional(), version: z.union([z.literal(4), z.literal(5)]), linkName: z.string() });

export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

export function sessionOfBytes(bytes: Buffer): SessionRow | undefined {
  return parsed(sessionSchema, bytes);
}

export function subscriptionBytes({ qos, noLocal, retainAsPublished, identifier }: Subscription): Uint8Array {
  return jsonBytes({ qos, noLocal, retainAsPublished, identifier });
}

export function subscriptionOfBytes(fullFilter: string, bytes: Buffer): Subscription | undefined {
  const row = parsed(subscriptionSchema, bytes);
  return row === undefined ? undefined : { fullFilter, ...takeApart(fullFilter), identifier: undefined, ...row };
}

/** A will: two bytes of length, whose rights it has and its delay as JSON, then the message. */
export function willBytes({ will, delayS, owner }: StoredWill): Uint8Array {
  const { clientId, userName, version, linkName } = owner;
  const head = jsonBytes({ delayS, clientId, userName, version, linkName } satisfies { version: ProtocolVersion } & Record<string, unknown>);
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(head.byteLength);
  return Buffer.concat([length, head, bodyBytes(will)]);
}

export function willOfBytes(bytes: Buffer): StoredWill | undefined {
  const bodyAt = 4 + (bytes.length < 4 ? 0 : bytes.readUInt32BE(0));
  const head = parsed(willSchema, bytes.subarray(4, bodyAt));
  const body = bodyOfBytes(bytes.subarray(bodyAt));
  if (head === undefined || body === undefined) return undefined;
  const { delayS, clientId, userName, version, linkName } = head;
  const { topic, payload, qos, retain, properties } = body;
  const will: MqttWill = { topic, payload, qos, retain, properties };
  return { will, delayS, owner: { clientId, userName, version, linkName } };
}

function parsed<T>(schema: z.ZodType<T>, bytes: Buffer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(bytes.toString())).data;
  } catch {
    // No JSON: the caller counts it as lost.
    return undefined;
  }
}
