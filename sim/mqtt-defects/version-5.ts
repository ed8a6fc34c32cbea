import type { PacketSender } from '../../hil/protocols/mqtt/decode-result.ts';
import { encodeLoose } from '../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../hil/protocols/mqtt/loose-packet.ts';
import type { MqttProperties, PropertyName } from '../../hil/protocols/mqtt/properties.ts';
import type { DefectAction } from './mqtt-defect.ts';
import { backward, onward } from './rewrite.ts';

/** The properties without some of them. */
export function without(properties: MqttProperties, ...names: readonly PropertyName[]): MqttProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.some((left) => left === name)));
}

/** The action that sends a packet of 5.0 on in the direction of travel. @param from - Who sends it, as it seems. */
export function to(from: PacketSender, packet: LoosePacket): DefectAction {
  return onward(from, encodeLoose(packet, 5));
}

/** The action that answers the sender of a packet. */
export function back(from: PacketSender, packet: LoosePacket): DefectAction {
  return backward(from, encodeLoose(packet, 5));
}
