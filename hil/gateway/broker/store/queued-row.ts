import type { Qos } from '../../../protocols/mqtt/packet.ts';
import type { Message } from '../core/message.ts';
import { bodyBytes, bodyOfBytes, checkedValue, type StoredBody } from './stored-values.ts';

const NUMBER_BYTES = 6;
/** Flags, size, instant, count of subscription identifiers. */
const HEAD_BYTES = 1 + 4 + NUMBER_BYTES + 2;
const RETAIN_FLAG = 0x04;
const SHARED_FLAG = 0x08;

/** How a session gets a message. */
export interface QueuedHead {
  readonly qos: Qos;
  readonly retain: boolean;
  readonly subscriptionIdentifiers: readonly number[];
  /** Payload bytes. */
  readonly payloadBytes: number;
  /** Instant at which the broker took the message, milliseconds since 1970. */
  readonly acceptedWallMs: number;
}

/** A row of kind `q`. */
export interface QueuedRow extends QueuedHead {
  /** The number of the body that several sessions share; undefined when it follows in the row. */
  readonly body: number | undefined;
  /** Of the body, when it follows. */
  readonly rest: Buffer;
}

/** The row of a message with its body. */
export function queuedValue(key: Uint8Array, head: QueuedHead, message: StoredBody): Uint8Array {
  return checkedValue(key, headBytes(head, 0), bodyBytes(message));
}

/** The row of a message whose body stands elsewhere. */
export function sharedQueuedValue(key: Uint8Array, head: QueuedHead, body: number): Uint8Array {
  const number = Buffer.allocUnsafe(NUMBER_BYTES);
  number.writeUIntBE(body, 0, NUMBER_BYTES);
  return checkedValue(key, headBytes(head, SHARED_FLAG), number);
}

/** @param content - As `uncheckedValue` gave it; undefined comes of what is too short. */
export function queuedRow(content: Buffer): QueuedRow | undefined {
  if (content.length < HEAD_BYTES) return undefined;
  const flags = content.readUInt8(0);
  const qos = flags & 0x03;
  const count = content.readUInt16BE(HEAD_BYTES - 2);
  const rest = content.subarray(HEAD_BYTES + 4 * count);
  if (qos === 0 || qos === 3 || content.length < HEAD_BYTES + 4 * count) return undefined;
  const isShared = (flags & SHARED_FLAG) !== 0;
  if (isShared && rest.length < NUMBER_BYTES) return undefined;
  return {
    qos: qos === 1 ? 1 : 2,
    retain: (flags & RETAIN_FLAG) !== 0,
    payloadBytes: content.readUInt32BE(1),
    acceptedWallMs: content.readUIntBE(5, NUMBER_BYTES),
    subscriptionIdentifiers: Array.from({ length: count }, (_identifier, index) => content.readUInt32BE(HEAD_BYTES + 4 * index)),
    body: isShared ? rest.readUIntBE(0, NUMBER_BYTES) : undefined,
    rest,
  };
}

/** The row of a retained message: when it was taken, who published it, the message. */
export function retainedValue(key: Uint8Array, message: Message, acceptedWallMs: number): Uint8Array {
  const publisher = Buffer.from(message.publisherId ?? '');
  const head = Buffer.allocUnsafe(NUMBER_BYTES + 1 + 4);
  head.writeUIntBE(acceptedWallMs, 0, NUMBER_BYTES);
  head.writeUInt8(message.publisherId === undefined ? 0 : 1, NUMBER_BYTES);
  head.writeUInt32BE(publisher.byteLength, NUMBER_BYTES + 1);
  return checkedValue(key, head, publisher, bodyBytes(message));
}

/** A retained message as it was stored. */
export interface RetainedRow {
  readonly body: StoredBody;
  readonly publisherId: string | undefined;
  readonly acceptedWallMs: number;
}

export function retainedRow(content: Buffer): RetainedRow | undefined {
  const publisherAt = NUMBER_BYTES + 5;
  if (content.length < publisherAt) return undefined;
  const bodyAt = publisherAt + content.readUInt32BE(NUMBER_BYTES + 1);
  const body = bodyOfBytes(content.subarray(bodyAt));
  if (body === undefined) return undefined;
  const hasPublisher = content.readUInt8(NUMBER_BYTES) === 1;
  const publisherId = hasPublisher ? content.toString('utf8', publisherAt, bodyAt) : undefined;
  return { body, publisherId, acceptedWallMs: content.readUIntBE(0, NUMBER_BYTES) };
}

function headBytes({ qos, retain, subscriptionIdentifiers, payloadBytes, acceptedWallMs }: QueuedHead, sharedFlag: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + 4 * subscriptionIdentifiers.length);
  bytes.writeUInt8(qos | (retain ? RETAIN_FLAG : 0) | sharedFlag, 0);
  bytes.writeUInt32BE(payloadBytes, 1);
  bytes.writeUIntBE(acceptedWallMs, 5, NUMBER_BYTES);
  bytes.writeUInt16BE(subscriptionIdentifiers.length, HEAD_BYTES - 2);
  for (const [index, identifier] of subscriptionIdentifiers.entries()) bytes.writeUInt32BE(identifier, HEAD_BYTES + 4 * index);
  return bytes;
}
