import type { MqttPacket, PacketType, ProtocolVersion } from './packet.ts';

/** Which side of the connection sent the bytes. */
export type PacketSender = 'client' | 'server';

export interface DecodeOptions {
  readonly from: PacketSender;
  /** Longest packet taken, fixed header included, bytes. A longer one is a violation as soon as its length is known. */
  readonly packetBytesMax?: number;
}

/** Bytes that break the standard, found from this one packet alone. */
export interface MqttViolation {
  readonly kind: 'violation';
  /** The id of the statement in that version (`MQTT-3.3.1-4`), else where the rule stands (`5.0 section 2.2.2.2`). */
  readonly statement: string;
  /** For people: what was found, with numbers. */
  readonly because: string;
  /** Bytes of the whole packet; absent when its end cannot be known, so that only closing is left. */
  readonly byteCount?: number;
  readonly packetType?: PacketType;
  /** What a 5.0 receiver names in CONNACK or DISCONNECT before it closes; absent in 3.1.1. */
  readonly reasonCode?: number;
  /** What a 3.1.1 server names in CONNACK before it closes; absent where it closes without a word. */
  readonly returnCode?: number;
  /** The version whose rule is broken; absent when CONNECT has not told it. */
  readonly version?: ProtocolVersion;
  /** Of a CONNECT: what it asked for, as far as it was read. */
  readonly protocol?: { readonly name: string; readonly level: number | undefined };
}

/** What some bytes are. Total: any bytes give one of the three. */
export type MqttDecode =
  | {
      readonly kind: 'packet';
      readonly packet: MqttPacket;
      /** Bytes of the whole packet: where the next one starts. */
      readonly byteCount: number;
    }
  | { readonly kind: 'incomplete'; readonly missingBytesMin: number }
  | MqttViolation;
