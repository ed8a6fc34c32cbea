import type { ProtocolVersion, Qos } from '../../../hil/protocols/mqtt/packet.ts';

/**
 * What passes in a QoS 1 or QoS 2 handshake and what happens to its connection, as the tester sees it: a packet of the SUT
 * when it was read, one of the tester when it was sent whole. That a packet of the tester has arrived is never known before
 * it is answered. Half a packet is no event: no receiver may act on it. Messages are named by their payload.
 */
export type HandshakeEvent =
  | { readonly kind: 'publish'; readonly packetId: number; readonly message: string; readonly dup: boolean }
  /** `reasonCode`: 0 when left out, as in 3.1.1. */
  | { readonly kind: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'; readonly packetId: number; readonly reasonCode?: number }
  /** Everything that the tester sent on this connection was taken: a later packet of it was answered. */
  | { readonly kind: 'settled' }
  /** The connection ended, whoever ended it; what was under way is lost, or is not. */
  | { readonly kind: 'cut' }
  /** A new connection. `kept`: to the session that was there before. A restart is a cut and a resumption. */
  | { readonly kind: 'resumed'; readonly kept: boolean };

/** The rules that hold for a handshake. */
export interface HandshakeRules {
  readonly version: ProtocolVersion;
  readonly qos: Exclude<Qos, 0>;
  /** Whether the SUT is the server of the connection or its client. */
  readonly sut: 'client' | 'server';
}

/** How often the application behind a receiver may see a message. */
export interface DeliveryBounds {
  readonly min: number;
  readonly max: number;
}

/** What the SUT did against the rules, in one sentence, with the statement of the version that forbids it. */
export interface HandshakeViolation {
  readonly because: string;
  readonly statement: string;
}

/** Failure codes of 5.0 begin here (section 2.4). */
export const FAILURE_CODE_MIN = 0x80;

/** The statement that a rule has in each version. */
export function statementIn(version: ProtocolVersion, of311: string, of5: string): string {
  return `MQTT-${version === 5 ? of5 : of311}`;
}
