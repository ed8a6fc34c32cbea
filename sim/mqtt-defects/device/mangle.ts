import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { MqttPacket, PacketType } from '../../../hil/protocols/mqtt/packet.ts';
import type { PacketSender } from '../../../hil/protocols/mqtt/decode-result.ts';
import type { SeenPacket } from '../mqtt-defect.ts';
import { chosen, onward, stateless } from '../rewrite.ts';
import type { DeviceDefect } from './device-defect.ts';

type PacketOf<Type extends PacketType> = Extract<MqttPacket, { type: Type }>;
type Sent = LoosePacket | Uint8Array | readonly (LoosePacket | Uint8Array)[];

/** A device that sends something else in place of some packets; nothing for an empty list. */
export function mangles<Type extends PacketType>(
  id: string,
  does: string,
  type: Type,
  change: (packet: PacketOf<Type>, seen: SeenPacket) => Sent,
  when: (packet: PacketOf<Type>, seen: SeenPacket) => boolean = () => true,
): DeviceDefect {
  return { id, does, relay: rewriting('client', id, does, type, change, when) };
}

/** A device that takes something else than what its broker sent. */
export function mistakes<Type extends PacketType>(
  id: string,
  does: string,
  type: Type,
  change: (packet: PacketOf<Type>, seen: SeenPacket) => Sent,
  when: (packet: PacketOf<Type>, seen: SeenPacket) => boolean = () => true,
): DeviceDefect {
  return { id, does, relay: rewriting('server', id, does, type, change, when) };
}

function rewriting<Type extends PacketType>(from: PacketSender, id: string, does: string, type: Type, change: (packet: PacketOf<Type>, seen: SeenPacket) => Sent, when: (packet: PacketOf<Type>, seen: SeenPacket) => boolean) {
  return stateless(id, does, (seen) => {
    const packet = chosen(seen, { from, type, when });
    if (packet === undefined) return 'pass';
    const sent = change(packet, seen);
    return (isList(sent) ? sent : [sent]).map((one) => onward(from, one instanceof Uint8Array ? one : encodeLoose(one, seen.version)));
  });
}

function isList(sent: Sent): sent is readonly (LoosePacket | Uint8Array)[] {
  return Array.isArray(sent);
}

/** Bytes that are no UTF-8: a surrogate. */
export const NO_UTF8 = Uint8Array.of(0x61, 0xed, 0xa0, 0x80);
