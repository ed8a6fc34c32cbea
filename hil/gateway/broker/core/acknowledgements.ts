import type { PubackPacket, PubcompPacket, PubrecPacket, PubrelPacket } from '../../../protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../protocols/mqtt/properties.ts';
import type { Client } from './client.ts';
import { isFailure, REASON } from './reason-code.ts';

/** PUBREL of the client: its QoS 2 message is done, and the identifier is free (MQTT-4.3.3-11, MQTT-4.3.3-12). */
export function handlePubrel({ wire, session, unfinished }: Client, { packetId }: PubrelPacket): void {
  const isKnown = session.incoming.delete(packetId);
  unfinished.delete(packetId);
  if (isKnown) session.record({ kind: 'incoming-gone', clientId: session.clientId, packetId });
  // An unknown one is answered all the same: the client may have missed the first PUBCOMP.
  wire.send({ type: 'pubcomp', packetId, reasonCode: isKnown ? REASON.success : REASON.packetIdNotFound, properties: NO_PROPERTIES });
}

/** PUBACK of the client. Whatever its reason code says, the message is done (MQTT-4.4.0-2, MQTT-4.8.2-6). */
export function handlePuback({ session }: Client, { packetId }: PubackPacket): void {
  if (session.outbox.acknowledge(packetId)) session.peer?.wake();
}

/** PUBREC of the client: PUBREL follows, unless it refuses the message (MQTT-4.3.3-4). */
export function handlePubrec({ wire, session }: Client, { packetId, reasonCode }: PubrecPacket): void {
  if (isFailure(reasonCode)) {
    session.outbox.refuse(packetId);
    session.peer?.wake();
    return;
  }
  const isKnown = session.outbox.release(packetId);
  // A client that waits with an identifier which we have forgotten is let go too.
  wire.send({ type: 'pubrel', packetId, reasonCode: isKnown ? REASON.success : REASON.packetIdNotFound, properties: NO_PROPERTIES });
}

/** PUBCOMP of the client. */
export function handlePubcomp({ session }: Client, { packetId }: PubcompPacket): void {
  session.outbox.complete(packetId);
  session.peer?.wake();
}
