import { VARIABLE_BYTE_INTEGER_MAX } from '../../../hil/protocols/mqtt/limits.ts';
import type { ConnackPacket, Qos } from '../../../hil/protocols/mqtt/packet.ts';

/** What a 5.0 server told in CONNACK, with what holds where it told nothing (MQTT 5.0 section 3.2.2.3). */
export interface DeclaredLimits {
  /** QoS 1 and 2 publications it takes at once, 1 to 65535. */
  readonly receiveMaximum: number;
  readonly maximumQos: Qos;
  /** 0: it takes no alias. */
  readonly topicAliasMaximum: number;
  /** Bytes of a whole packet. */
  readonly maximumPacketSizeBytes: number;
}

export function declaredLimits({ properties }: Pick<ConnackPacket, 'properties'>): DeclaredLimits {
  const { receiveMaximum = 65_535, maximumQos = 2, topicAliasMaximum = 0, maximumPacketSizeBytes = VARIABLE_BYTE_INTEGER_MAX } = properties;
  return { receiveMaximum, maximumQos, topicAliasMaximum, maximumPacketSizeBytes };
}

/** QoS 1 where the server takes it, for what must not get lost on its way; else 0. */
export function safestQos(connack: Pick<ConnackPacket, 'properties'>): 0 | 1 {
  return declaredLimits(connack).maximumQos === 0 ? 0 : 1;
}
