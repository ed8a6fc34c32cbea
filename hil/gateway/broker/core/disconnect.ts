import type { DisconnectPacket } from '../../../protocols/mqtt/packet.ts';
import type { BrokerParts } from './broker-parts.ts';
import type { Client } from './client.ts';
import { REASON } from './reason-code.ts';

/** Takes a DISCONNECT: normal disconnection drops the will unpublished (MQTT-3.14.4-3), every other code keeps it. */
export function handleDisconnect({ session, wire, requestedExpiryS }: Client, packet: DisconnectPacket, { registry, options }: BrokerParts): void {
  const expiryS = packet.properties.sessionExpiryIntervalS;
  if (expiryS !== undefined && expiryS > 0 && requestedExpiryS === 0) {
    const because = 'the session expiry interval was 0 in CONNECT';
    wire.end({ reason: 'protocol-error', reasonCode: REASON.protocolError, because, keepsWill: true });
    return;
  }
  if (expiryS !== undefined) registry.changeExpiry(session, Math.min(expiryS, options.sessionExpiryMaxS));
  wire.end({ keepsWill: packet.reasonCode !== REASON.success });
}
