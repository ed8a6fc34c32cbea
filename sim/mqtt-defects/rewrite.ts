import type { PacketSender } from '../../hil/protocols/mqtt/decode-result.ts';
import { encodeLoose } from '../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../hil/protocols/mqtt/loose-packet.ts';
import type { MqttPacket, PacketType } from '../../hil/protocols/mqtt/packet.ts';
import type { DefectAction, MqttDefect, SeenPacket } from './mqtt-defect.ts';

type PacketOf<Type extends PacketType> = Extract<MqttPacket, { type: Type }>;

/** Whose packets, of which type; `when` narrows them further. */
export interface PacketChoice<Type extends PacketType> {
  readonly from: PacketSender;
  readonly type: Type;
  readonly when?: (packet: PacketOf<Type>, seen: SeenPacket) => boolean;
}

/** A defect that sends something else in place of some well-formed packets; several packets, or none, are possible. */
export function rewrites<Type extends PacketType>(
  id: string,
  does: string,
  choice: PacketChoice<Type>,
  change: (packet: PacketOf<Type>, seen: SeenPacket) => LoosePacket | readonly LoosePacket[],
): MqttDefect {
  return stateless(id, does, (seen) => {
    const packet = chosen(seen, choice);
    if (packet === undefined) return 'pass';
    const changed = change(packet, seen);
    return (isList(changed) ? changed : [changed]).map((loose) => onward(seen.from, encodeLoose(loose, seen.version)));
  });
}

/** A defect that takes malformed packets without a word: the good server never sees them, so the connection lives on. */
export function swallowsViolation(id: string, does: string, isMeant: (statement: string, seen: SeenPacket) => boolean): MqttDefect {
  return stateless(id, does, (seen) => (seen.decoded.kind === 'violation' && isMeant(seen.decoded.statement, seen) ? [] : 'pass'));
}

/** A defect that loses some well-formed packets. */
export function swallows<Type extends PacketType>(id: string, does: string, choice: PacketChoice<Type>): MqttDefect {
  return stateless(id, does, (seen) => (chosen(seen, choice) === undefined ? 'pass' : []));
}

/** A defect that decides packet by packet and remembers nothing. */
export function stateless(id: string, does: string, onPacket: (seen: SeenPacket) => 'pass' | readonly DefectAction[]): MqttDefect {
  return { id, does, create: () => () => ({ onPacket }) };
}

/** The action that sends bytes on in the direction of travel, and the one that answers the sender. */
export function onward(from: PacketSender, bytes: Uint8Array): DefectAction {
  return { do: from === 'client' ? 'toServer' : 'toClient', bytes };
}

export function backward(from: PacketSender, bytes: Uint8Array): DefectAction {
  return { do: from === 'client' ? 'toClient' : 'toServer', bytes };
}

/** The packet when it is one of those chosen. */
export function chosen<Type extends PacketType>(seen: SeenPacket, { from, type, when }: PacketChoice<Type>): PacketOf<Type> | undefined {
  const { packet } = seen;
  if (seen.from !== from || packet === undefined || !isType(packet, type)) return undefined;
  return when === undefined || when(packet, seen) ? packet : undefined;
}

function isType<Type extends PacketType>(packet: MqttPacket, type: Type): packet is PacketOf<Type> {
  return packet.type === type;
}

function isList(value: LoosePacket | readonly LoosePacket[]): value is readonly LoosePacket[] {
  return Array.isArray(value);
}
