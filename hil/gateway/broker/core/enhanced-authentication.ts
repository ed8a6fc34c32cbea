import type { ClientIdentity } from './access-control.ts';
import type { Eventual } from './eventual.ts';

/** One step of the server in an exchange of AUTH packets. */
export type AuthenticationStep =
  | { readonly kind: 'continue'; readonly data?: Uint8Array }
  | { readonly kind: 'success'; readonly data?: Uint8Array }
  /** `reasonCode`: one that both CONNACK and DISCONNECT carry, such as 0x87; default 0x87. */
  | { readonly kind: 'refused'; readonly reasonCode?: number; readonly reasonString?: string };

/** One exchange with one client. */
export interface AuthenticationExchange {
  /** @param data - Authentication Data of the client's CONNECT or AUTH. */
  step(data: Uint8Array | undefined): Eventual<AuthenticationStep>;
}

/** A method of enhanced authentication, such as SCRAM-SHA-256. @see MQTT 5.0, section 4.12 */
export interface EnhancedAuthenticator {
  /** As the client names it in Authentication Method. */
  readonly method: string;
  /** Begins an exchange: at CONNECT, and anew at each re-authentication. */
  begin(client: ClientIdentity): AuthenticationExchange;
}
