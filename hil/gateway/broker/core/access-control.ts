import type { ProtocolVersion, Qos } from '../../../protocols/mqtt/packet.ts';
import type { UserProperty } from '../../../protocols/mqtt/properties.ts';
import type { Eventual } from './eventual.ts';

/** Who a connection is, as CONNECT said and the authority confirmed. */
export interface ClientIdentity {
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly version: ProtocolVersion;
  /** The link's name, for people: `tcp peer 127.0.0.1:51234`. */
  readonly linkName: string;
}

export interface ConnectRequest extends ClientIdentity {
  readonly password: Uint8Array | undefined;
}

/** What is answered to a CONNECT. Any reason code that CONNACK may carry; 0x9C and 0x9D send the client elsewhere. */
export interface ConnectDecision {
  readonly reasonCode: number;
  readonly reasonString?: string;
  readonly serverReference?: string;
  readonly userProperties?: readonly UserProperty[];
}

/**
 * Who may connect, publish and subscribe: a port, asked in this order by the core. An answer may come later; the client's
 * next packets wait for it. A promise that rejects counts as a refusal.
 */
export interface AccessControl {
  authenticate(request: ConnectRequest): Eventual<ConnectDecision>;
  /** Asked for each PUBLISH, for a will at CONNECT, and again when the will is published. */
  mayPublish(client: ClientIdentity, topic: string, retain: boolean): Eventual<boolean>;
  /** @param filter - Without `$share/{name}/` for a shared subscription. */
  maySubscribe(client: ClientIdentity, filter: string, qos: Qos): Eventual<boolean>;
}

/** Lets everybody do everything. */
export const OPEN_ACCESS: AccessControl = {
  authenticate: () => ({ reasonCode: 0 }),
  mayPublish: () => true,
  maySubscribe: () => true,
};
