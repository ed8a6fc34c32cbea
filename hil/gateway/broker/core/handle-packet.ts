import type { MqttPacket } from '../../../protocols/mqtt/packet.ts';
import { handlePuback, handlePubcomp, handlePubrec, handlePubrel } from './acknowledgements.ts';
import type { BrokerParts } from './broker-parts.ts';
import type { Client } from './client.ts';
import { handleDisconnect } from './disconnect.ts';
import type { Eventual } from './eventual.ts';
import { handlePublish } from './publish.ts';
import { handleAuth } from './re-authentication.ts';
import { REASON } from './reason-code.ts';
import { handleSubscribe, handleUnsubscribe } from './subscribe.ts';

/** Takes a packet of a client whose CONNECT was accepted. The next packet waits when the result does. */
export function handlePacket(client: Client, packet: MqttPacket, parts: BrokerParts): Eventual<void> {
  switch (packet.type) {
    case 'publish':
      return handlePublish(client, packet, parts);
    case 'puback':
      return handlePuback(client, packet);
    case 'pubrec':
      return handlePubrec(client, packet);
    case 'pubrel':
      return handlePubrel(client, packet);
    case 'pubcomp':
      return handlePubcomp(client, packet);
    case 'subscribe':
      return handleSubscribe(client, packet, parts);
    case 'unsubscribe':
      return handleUnsubscribe(client, packet, parts);
    case 'pingreq':
      return client.wire.send({ type: 'pingresp' });
    case 'disconnect':
      return handleDisconnect(client, packet, parts);
    case 'auth':
      return handleAuth(client, packet);
    case 'connect':
    // The decoder has refused what only a server sends; a second CONNECT is a violation too (MQTT-3.1.0-2).
    case 'connack':
    case 'suback':
    case 'unsuback':
    case 'pingresp':
    default:
      return client.wire.end({ reason: 'protocol-error', reasonCode: REASON.protocolError, keepsWill: true });
  }
}
