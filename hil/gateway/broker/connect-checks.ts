import type { ConnectPacket } from 'aedes';
import { isTopicName } from './topic-filter.ts';

/** Why a CONNECT is refused; `returnCode` is for the CONNACK, undefined where the standard wants silence. */
export interface ConnectRefusal {
  readonly reason: string;
  readonly returnCode: number | undefined;
}

const UNACCEPTABLE_PROTOCOL_VERSION = 1;
const IDENTIFIER_REJECTED = 2;

/** What aedes 1.2.0 accepts although MQTT 3.1.1 section 3.1 does not allow it. @returns undefined when nothing is wrong. */
export function connectRefusal(packet: ConnectPacket): ConnectRefusal | undefined {
  if (packet.protocolVersion === 5) return { reason: 'protocol-version', returnCode: UNACCEPTABLE_PROTOCOL_VERSION };
  // MQTT-3.1.3-7, MQTT-3.1.3-8: only a clean session may leave its identifier to the server.
  if (packet.clientId === '' && packet.clean !== true) return { reason: 'client-id', returnCode: IDENTIFIER_REJECTED };
  if (!isWellFormed(packet)) return { reason: 'malformed', returnCode: undefined };
  return undefined;
}

function isWellFormed({ clientId, will, username, password }: ConnectPacket): boolean {
  // MQTT-1.5.3-2: no string holds U+0000.
  if (clientId.includes('\u0000') || username?.includes('\u0000') === true) return false;
  // MQTT-3.1.2-22: a password needs a user name.
  if (password !== undefined && username === undefined) return false;
  // MQTT-3.1.2-14: a will has QoS 0, 1 or 2; the declared type does not know that the parser passes 3.
  return will === undefined || (Number(will.qos) <= 2 && isTopicName(will.topic));
}
