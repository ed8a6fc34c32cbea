import type { MqttPacket } from '../../../protocols/mqtt/packet.ts';
import type { ClientIdentity } from './access-control.ts';
import type { AuthenticationExchange, EnhancedAuthenticator } from './enhanced-authentication.ts';
import type { Session } from './session.ts';
import type { IncomingAliases } from './topic-aliases.ts';

/** How a connection ends. */
export interface Ending {
  /** Counted under this reason; undefined when it is nothing to count. */
  readonly reason?: string | undefined;
  /** What DISCONNECT names in 5.0; undefined closes without one. */
  readonly reasonCode?: number | undefined;
  /** For people: the reason string of that DISCONNECT. */
  readonly because?: string | undefined;
  /** False after a normal DISCONNECT: the will is not published. */
  readonly keepsWill: boolean;
}

/** What the handlers of packets do to the connection. */
export interface Wire {
  /** Sends at the end of the turn; too large a packet for this client is left out. */
  send(packet: MqttPacket): void;
  /** Puts what is queued for the session in front of what is sent next. */
  sendQueued(): void;
  /** Says why, where the version allows it, and closes. Nothing that comes later is processed. */
  end(ending: Ending): void;
}

/** The enhanced authentication of a connection. */
export interface ClientAuthentication {
  readonly authenticator: EnhancedAuthenticator;
  /** A re-authentication that is under way. */
  exchange: AuthenticationExchange | undefined;
}

/** One connection after CONNACK, with the session it serves. */
export interface Client {
  readonly wire: Wire;
  readonly identity: ClientIdentity;
  readonly session: Session;
  readonly aliases: IncomingAliases;
  /** QoS 2 messages taken on this connection whose PUBCOMP was not sent: they count against our Receive Maximum. */
  readonly unfinished: Set<number>;
  /** The session expiry interval that CONNECT asked for, seconds. */
  readonly requestedExpiryS: number;
  readonly authentication: ClientAuthentication | undefined;
}
