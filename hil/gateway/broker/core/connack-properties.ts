import type { ConnectPacket } from '../../../protocols/mqtt/packet.ts';
import type { MqttProperties } from '../../../protocols/mqtt/properties.ts';
import type { CoreBrokerOptions } from './core-options.ts';

/** Receive Maximum when the property is absent (MQTT 5.0 sections 3.1.2.11.3 and 3.2.2.3.3). */
export const RECEIVE_MAXIMUM_DEFAULT = 65_535;

/** Seconds that the session outlives its connection: what the client asks for, up to our bound. */
export function grantedExpiryS({ protocolLevel, cleanStart, properties }: ConnectPacket, { sessionExpiryMaxS }: CoreBrokerOptions): number {
  if (protocolLevel === 5) return Math.min(properties.sessionExpiryIntervalS ?? 0, sessionExpiryMaxS);
  // In 3.1.1 a session ends with its connection or never (3.1.1 section 3.1.2.4).
  return cleanStart ? 0 : sessionExpiryMaxS;
}

/** The keep alive in force, seconds; 0 is none. 3.1.1 has no way to tell the client of another one. */
export function keepAliveInForceS({ protocolLevel, keepAliveS }: ConnectPacket, { keepAliveMaxS }: CoreBrokerOptions): number {
  const isTooLong = keepAliveMaxS > 0 && (keepAliveS === 0 || keepAliveS > keepAliveMaxS);
  return protocolLevel === 5 && isTooLong ? keepAliveMaxS : keepAliveS;
}

/** What CONNACK says about the broker; what is as the standard presumes is left out. @see MQTT 5.0, section 3.2.2.3 */
export function acceptedProperties(packet: ConnectPacket, assignedId: string | undefined, options: CoreBrokerOptions): MqttProperties {
  const expiryS = grantedExpiryS(packet, options);
  const keepAliveS = keepAliveInForceS(packet, options);
  const { responseInformation } = options;
  const isResponseWanted = packet.properties.requestResponseInformation === true && responseInformation !== undefined;
  return {
    ...(expiryS === (packet.properties.sessionExpiryIntervalS ?? 0) ? {} : { sessionExpiryIntervalS: expiryS }),
    ...(options.receiveMaximum === RECEIVE_MAXIMUM_DEFAULT ? {} : { receiveMaximum: options.receiveMaximum }),
    ...(options.maximumQos === 2 ? {} : { maximumQos: options.maximumQos }),
    ...(options.retainAvailable ? {} : { retainAvailable: false }),
    maximumPacketSizeBytes: options.packetBytesMax,
    ...(assignedId === undefined ? {} : { assignedClientIdentifier: assignedId }),
    ...(options.topicAliasMaximum === 0 ? {} : { topicAliasMaximum: options.topicAliasMaximum }),
    ...(options.wildcardSubscriptionAvailable ? {} : { wildcardSubscriptionAvailable: false }),
    ...(options.subscriptionIdentifierAvailable ? {} : { subscriptionIdentifierAvailable: false }),
    ...(options.sharedSubscriptionAvailable ? {} : { sharedSubscriptionAvailable: false }),
    ...(keepAliveS === packet.keepAliveS ? {} : { serverKeepAliveS: keepAliveS }),
    ...(isResponseWanted ? { responseInformation } : {}),
  };
}
