import type { MqttProperties } from './properties.ts';

/** The protocol level that CONNECT names: 4 is MQTT 3.1.1, 5 is MQTT 5.0. */
export type ProtocolVersion = 4 | 5;

/** At most once, at least once, exactly once (section 4.3 of both standards). */
export type Qos = 0 | 1 | 2;

/** The message that a server publishes when it loses the client. `properties` is empty in 3.1.1. */
export interface MqttWill {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly properties: MqttProperties;
}

/** Section 3.1. A field that is undefined was not sent. */
export interface ConnectPacket {
  readonly type: 'connect';
  /** `MQTT` in both versions. */
  readonly protocolName: string;
  /** 4 or 5 in what decodes; it decides how the rest is encoded. */
  readonly protocolLevel: number;
  /** Clean Start; 3.1.1 calls it Clean Session. */
  readonly cleanStart: boolean;
  /** 0 to 65535; 0 turns the keep alive off. */
  readonly keepAliveS: number;
  readonly clientId: string;
  readonly will?: MqttWill | undefined;
  readonly userName?: string | undefined;
  readonly password?: Uint8Array | undefined;
  readonly properties: MqttProperties;
}

/** Section 3.2. */
export interface ConnackPacket {
  readonly type: 'connack';
  readonly sessionPresent: boolean;
  /** A reason code of 5.0 (section 3.2.2.2) or a return code of 3.1.1, 0 to 5 (section 3.2.2.3). */
  readonly reasonCode: number;
  readonly properties: MqttProperties;
}

/** Section 3.3. */
export interface PublishPacket {
  readonly type: 'publish';
  readonly dup: boolean;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Empty only in 5.0, where the topic alias then stands for it. */
  readonly topic: string;
  /** 1 to 65535; undefined with QoS 0. */
  readonly packetId?: number | undefined;
  /** A view into the decoded bytes: copy it when it must outlive them. */
  readonly payload: Uint8Array;
  readonly properties: MqttProperties;
}

/** Sections 3.4 to 3.7: the answers to PUBLISH. 3.1.1 has neither reason code (0 here) nor properties. */
export interface AcknowledgementPacket<Type extends 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'> {
  readonly type: Type;
  readonly packetId: number;
  readonly reasonCode: number;
  readonly properties: MqttProperties;
}

export type PubackPacket = AcknowledgementPacket<'puback'>;
export type PubrecPacket = AcknowledgementPacket<'pubrec'>;
export type PubrelPacket = AcknowledgementPacket<'pubrel'>;
export type PubcompPacket = AcknowledgementPacket<'pubcomp'>;

/** One filter of a SUBSCRIBE. 3.1.1 has only `filter` and `qos`: the other options are false and 0 there. */
export interface SubscriptionRequest {
  readonly filter: string;
  readonly qos: Qos;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
}

/** Section 3.8. At least one subscription. */
export interface SubscribePacket {
  readonly type: 'subscribe';
  readonly packetId: number;
  readonly subscriptions: readonly SubscriptionRequest[];
  readonly properties: MqttProperties;
}

/** Section 3.9: a code for each filter, in their order. */
export interface SubackPacket {
  readonly type: 'suback';
  readonly packetId: number;
  readonly reasonCodes: readonly number[];
  readonly properties: MqttProperties;
}

/** Section 3.10. At least one filter. */
export interface UnsubscribePacket {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  readonly filters: readonly string[];
  readonly properties: MqttProperties;
}

/** Section 3.11: a code for each filter in 5.0; 3.1.1 has no codes, so the list is empty. */
export interface UnsubackPacket {
  readonly type: 'unsuback';
  readonly packetId: number;
  readonly reasonCodes: readonly number[];
  readonly properties: MqttProperties;
}

/** Section 3.12. */
export interface PingreqPacket {
  readonly type: 'pingreq';
}

/** Section 3.13. */
export interface PingrespPacket {
  readonly type: 'pingresp';
}

/** Section 3.14. 3.1.1: from clients only, `reasonCode` 0. */
export interface DisconnectPacket {
  readonly type: 'disconnect';
  readonly reasonCode: number;
  readonly properties: MqttProperties;
}

/** MQTT 5.0, section 3.15. */
export interface AuthPacket {
  readonly type: 'auth';
  readonly reasonCode: number;
  readonly properties: MqttProperties;
}

/** What either side of a connection sends, in both versions. */
export type MqttPacket =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | PubackPacket
  | PubrecPacket
  | PubrelPacket
  | PubcompPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | PingreqPacket
  | PingrespPacket
  | DisconnectPacket
  | AuthPacket;

export type PacketType = MqttPacket['type'];
