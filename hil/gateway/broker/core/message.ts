import type { MqttWill, PublishPacket, Qos } from '../../../protocols/mqtt/packet.ts';
import { NO_PROPERTIES, type MqttProperties } from '../../../protocols/mqtt/properties.ts';

/**
 * One application message. The payload of one that just came is a view into received bytes, which never change but are many:
 * whoever keeps the message beyond the turn calls `keepPayload`.
 */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Only those that are forwarded (MQTT 5.0 sections 3.3.2.3.2 to 3.3.2.3.9), as they were received. */
  readonly properties: MqttProperties;
  /** Undefined for the gateway's own parts. */
  readonly publisherId: string | undefined;
  /** Monotonic instant at which the broker took it, milliseconds: the waiting time of section 3.3.2.3.3 counts from here. */
  readonly acceptedAtMs: number;
}

/** Where a message comes from and when. */
export interface MessageOrigin {
  readonly publisherId: string | undefined;
  readonly acceptedAtMs: number;
}

/** The message of a PUBLISH. @param topic - Resolved: the alias's when the packet has none. */
export function messageOfPublish(packet: PublishPacket, topic: string, origin: MessageOrigin): Message {
  return {
    topic,
    payload: packet.payload,
    qos: packet.qos,
    retain: packet.retain,
    properties: forwardedProperties(packet.properties),
    publisherId: origin.publisherId,
    acceptedAtMs: origin.acceptedAtMs,
  };
}

/** The message that a will becomes when it is published. */
export function messageOfWill(will: MqttWill, origin: MessageOrigin): Message {
  const { topic, payload, qos, retain, properties } = will;
  return { topic, payload, qos, retain, properties, ...origin };
}

/** The will of a CONNECT, with memory of its own; the delay is kept apart. */
export function ownedWill(will: MqttWill): MqttWill {
  return { ...will, payload: owned(will.payload), properties: forwardedProperties(will.properties) };
}

/** Small payloads that are kept share pieces of memory of this size: one alone would cost more than it holds. */
const PIECE_BYTES = 2_048;
let piece = Buffer.alloc(0);
let pieceUsed = 0;

/**
 * Gives the message memory of its own, so that it does not keep a whole received chunk: at most `PIECE_BYTES`, or the payload's
 * own. Harmless when it has that.
 */
export function keepPayload(message: { payload: Uint8Array }): void {
  const { payload } = message;
  if (payload.buffer.byteLength <= Math.max(PIECE_BYTES, payload.byteLength)) {
    // Listeners were always given Buffers.
    message.payload = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return;
  }
  if (payload.byteLength > PIECE_BYTES / 8) {
    message.payload = owned(payload);
    return;
  }
  if (pieceUsed + payload.byteLength > piece.byteLength) {
    piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    pieceUsed = 0;
  }
  const copy = piece.subarray(pieceUsed, pieceUsed + payload.byteLength);
  copy.set(payload);
  pieceUsed += payload.byteLength;
  message.payload = copy;
}

/** Whether its expiry interval has passed before delivery began (MQTT-3.3.2-5). */
export function isExpired({ properties, acceptedAtMs }: Message, nowMs: number): boolean {
  const intervalS = properties.messageExpiryIntervalS;
  // An interval of 0 leaves the second in which the message came: delivery to whoever listens begins at once.
  return intervalS !== undefined && nowMs - acceptedAtMs >= Math.max(intervalS, 1) * 1_000;
}

/** What is left of its expiry interval, whole seconds (MQTT-3.3.2-6); undefined when it has none. */
export function remainingExpiryS({ properties, acceptedAtMs }: Message, nowMs: number): number | undefined {
  const intervalS = properties.messageExpiryIntervalS;
  return intervalS === undefined ? undefined : Math.max(0, intervalS - Math.floor(Math.max(0, nowMs - acceptedAtMs) / 1_000));
}

/** A view would keep the whole received chunk in memory for as long as the message lives. */
function owned(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
  copy.set(bytes);
  return copy;
}

function forwardedProperties(received: MqttProperties): MqttProperties {
  if (received === NO_PROPERTIES) return NO_PROPERTIES;
  const { payloadFormatIndicator, messageExpiryIntervalS, contentType, responseTopic, correlationData, userProperties } = received;
  return {
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    ...(messageExpiryIntervalS === undefined ? {} : { messageExpiryIntervalS }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData: owned(correlationData) }),
    ...(userProperties === undefined ? {} : { userProperties }),
  };
}
