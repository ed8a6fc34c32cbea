import type { MqttPacket, MqttWill, SubscriptionRequest } from './packet.ts';
import type { MqttProperties } from './properties.ts';

/** Text, or the very bytes to put in place of its UTF-8 (without the length in front). */
export type LooseText = string | Uint8Array;

/** A property block as it is: its length goes in front. For a wrong length too, use `rawProperties` of `raw-packet.ts`. */
export type LooseProperties = MqttProperties | Uint8Array;

export interface LooseWill extends Omit<MqttWill, 'topic' | 'qos' | 'properties'> {
  readonly topic: LooseText;
  /** 0 to 3. */
  readonly qos: number;
  readonly properties: LooseProperties;
}

export interface LooseSubscription extends Partial<Omit<SubscriptionRequest, 'filter' | 'qos' | 'retainHandling'>> {
  readonly filter: LooseText;
  /** 0 to 3. */
  readonly qos?: number;
  /** 0 to 3. */
  readonly retainHandling?: number;
  /** In place of the whole options byte. */
  readonly optionsByte?: number;
}

interface LooseFields {
  readonly protocolName: LooseText;
  readonly clientId: LooseText;
  readonly userName?: LooseText | undefined;
  readonly will?: LooseWill | undefined;
  readonly qos: number;
  readonly topic: LooseText;
  readonly filters: readonly LooseText[];
  readonly subscriptions: readonly LooseSubscription[];
  readonly properties: LooseProperties;
}

/** What may be added to any packet. */
export interface LooseExtras {
  /** In place of the low four bits of the first byte. */
  readonly fixedHeaderFlags?: number;
  /** CONNECT: in place of its flags byte; the fields still follow from what the packet holds. */
  readonly connectFlags?: number;
  /** CONNACK: in place of its flags byte. */
  readonly connackFlags?: number;
  /** PUBLISH: whether a packet id is written; without it, when QoS is above 0 (and as 0 when none is given). */
  readonly hasPacketId?: boolean;
  /** Acknowledgements, DISCONNECT, AUTH: write reason code and property length even where the standard lets them out. */
  readonly longForm?: boolean;
  /** Bytes after the last field, counted by the remaining length. */
  readonly trailingBytes?: Uint8Array;
}

type Loosen<Packet> = Packet extends MqttPacket
  ? { readonly [Key in keyof Packet]: Key extends keyof LooseFields ? LooseFields[Key] : Packet[Key] } & LooseExtras
  : never;

/** A packet as a test wants it, right or wrong: `encodeLoose` writes it and checks nothing. Every `MqttPacket` is one. */
export type LoosePacket = Loosen<MqttPacket>;
