import type { MqttViolation } from '../../../hil/protocols/mqtt/decode-result.ts';
import type { MqttPacket, PacketType } from '../../../hil/protocols/mqtt/packet.ts';

/** What the tester heard next on a connection. `tMs`: milliseconds since the case began. */
export type Heard =
  | { readonly kind: 'packet'; readonly packet: MqttPacket; readonly bytes: Uint8Array; readonly tMs: number }
  /** The SUT sent what breaks the standard by itself. */
  | { readonly kind: 'malformed'; readonly violation: MqttViolation; readonly bytes: Uint8Array; readonly tMs: number }
  | { readonly kind: 'closed'; readonly how: 'fin' | 'reset'; readonly tMs: number }
  | { readonly kind: 'silence'; readonly waitedMs: number; readonly tMs: number };

/** A reaction that the standard allows at one point of a case. */
export interface Reaction {
  /** For the evidence: `CONNACK with reason code 0x85`. */
  readonly says: string;
  readonly accepts: (heard: Heard) => boolean;
}

/** The packet of a type, and what must hold of it. @param says - Completes "SUBACK ": `for packet id 7`. */
export function packetOf<Type extends PacketType>(
  type: Type,
  says = '',
  holds: (packet: Extract<MqttPacket, { type: Type }>) => boolean = () => true,
): Reaction {
  return {
    says: `${type.toUpperCase()}${says === '' ? '' : ` ${says}`}`,
    accepts: (heard) => heard.kind === 'packet' && isOfType(heard.packet, type) && holds(heard.packet),
  };
}

/** The SUT ends the connection. */
export const connectionEnd: Reaction = { says: 'the end of the connection', accepts: ({ kind }) => kind === 'closed' };

/** Nothing for as long as the tester waits. */
export const nothing: Reaction = { says: 'nothing', accepts: ({ kind }) => kind === 'silence' };

export function isOfType<Type extends PacketType>(packet: MqttPacket, type: Type): packet is Extract<MqttPacket, { type: Type }> {
  return packet.type === type;
}
