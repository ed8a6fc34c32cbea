import type { ProtocolVersion } from './packet.ts';

/** Where both versions state a rule, and what a receiver answers. */
export interface Rule {
  /** Statement of 3.1.1: its id, else the section. Absent when only 5.0 has the rule. */
  readonly v4?: string;
  /** Statement of 5.0, likewise. */
  readonly v5?: string;
  /** Reason code of 5.0: 0x81 malformed packet, 0x82 protocol error, else a closer one. */
  readonly reasonCode: number;
  /** CONNACK return code of 3.1.1; absent where the server closes without a word. */
  readonly returnCode?: number;
}

const MALFORMED = 0x81;
const PROTOCOL_ERROR = 0x82;
const UNSUPPORTED_VERSION = 0x84;
const TOPIC_ALIAS_INVALID = 0x94;
const PACKET_TOO_LARGE = 0x95;

/** Every rule that one packet alone can break. Rules of the properties stand in `property-table.ts`. */
export const RULES = {
  // The encoding of values
  'utf-8': { v4: 'MQTT-1.5.3-1', v5: 'MQTT-1.5.4-1', reasonCode: MALFORMED },
  'utf-8-null': { v4: 'MQTT-1.5.3-2', v5: 'MQTT-1.5.4-2', reasonCode: MALFORMED },
  'utf-8-pair': { v5: 'MQTT-1.5.7-1', reasonCode: MALFORMED },
  'length-too-long': { v4: '3.1.1 section 2.2.3', v5: '5.0 section 1.5.5', reasonCode: MALFORMED },
  'length-not-minimal': { v5: 'MQTT-1.5.5-1', reasonCode: MALFORMED },
  // The fixed header
  'packet-type-reserved': { v4: '3.1.1 section 2.2.1', v5: '5.0 section 2.1.2', reasonCode: MALFORMED },
  'packet-type-direction': { v4: '3.1.1 section 2.2.1', v5: '5.0 section 2.1.2', reasonCode: PROTOCOL_ERROR },
  'connect-first': { v4: 'MQTT-3.1.0-1', v5: 'MQTT-3.1.0-1', reasonCode: PROTOCOL_ERROR },
  'flags-reserved': { v4: 'MQTT-2.2.2-1', v5: 'MQTT-2.1.3-1', reasonCode: MALFORMED },
  'flags-pubrel': { v4: 'MQTT-3.6.1-1', v5: 'MQTT-3.6.1-1', reasonCode: MALFORMED },
  'flags-subscribe': { v4: 'MQTT-3.8.1-1', v5: 'MQTT-3.8.1-1', reasonCode: MALFORMED },
  'flags-unsubscribe': { v4: 'MQTT-3.10.1-1', v5: 'MQTT-3.10.1-1', reasonCode: MALFORMED },
  'flags-disconnect': { v4: 'MQTT-3.14.1-1', v5: 'MQTT-3.14.1-1', reasonCode: MALFORMED },
  'flags-auth': { v5: 'MQTT-3.15.1-1', reasonCode: MALFORMED },
  // A bound of the receiver's own: the standard gives it a reason code, 3.1.1 has no word for it
  'packet-too-large': { v4: 'local limit', v5: 'local limit', reasonCode: PACKET_TOO_LARGE },
  // Packet identifiers
  'packet-id-client': { v4: 'MQTT-2.3.1-1', v5: 'MQTT-2.2.1-3', reasonCode: MALFORMED },
  'packet-id-server': { v4: 'MQTT-2.3.1-1', v5: 'MQTT-2.2.1-4', reasonCode: MALFORMED },
  'packet-id-acknowledgement': { v4: 'MQTT-2.3.1-6', v5: 'MQTT-2.2.1-5', reasonCode: MALFORMED },
  'packet-id-answer': { v4: 'MQTT-2.3.1-7', v5: 'MQTT-2.2.1-6', reasonCode: MALFORMED },
  // Properties as such
  'property-length': { v5: '5.0 section 2.2.2.1', reasonCode: MALFORMED },
  'property-misplaced': { v5: '5.0 section 2.2.2.2', reasonCode: MALFORMED },
  // CONNECT
  'protocol-name': { v4: 'MQTT-3.1.2-1', v5: 'MQTT-3.1.2-1', reasonCode: UNSUPPORTED_VERSION },
  'protocol-level': { v4: 'MQTT-3.1.2-2', v5: 'MQTT-3.1.2-2', reasonCode: UNSUPPORTED_VERSION, returnCode: 1 },
  'connect-reserved-flag': { v4: 'MQTT-3.1.2-3', v5: 'MQTT-3.1.2-3', reasonCode: MALFORMED },
  'will-qos-without-will': { v4: 'MQTT-3.1.2-13', v5: 'MQTT-3.1.2-11', reasonCode: MALFORMED },
  'will-qos-3': { v4: 'MQTT-3.1.2-14', v5: 'MQTT-3.1.2-12', reasonCode: MALFORMED },
  'will-retain-without-will': { v4: 'MQTT-3.1.2-15', v5: 'MQTT-3.1.2-13', reasonCode: MALFORMED },
  'password-without-user-name': { v4: 'MQTT-3.1.2-22', reasonCode: MALFORMED },
  'client-id-missing': { v4: 'MQTT-3.1.3-3', v5: 'MQTT-3.1.3-3', reasonCode: MALFORMED },
  'client-id-empty': { v4: 'MQTT-3.1.3-7', reasonCode: 0x85, returnCode: 2 },
  'will-missing': { v4: 'MQTT-3.1.2-9', v5: 'MQTT-3.1.2-9', reasonCode: MALFORMED },
  'user-name-missing': { v4: 'MQTT-3.1.2-19', v5: 'MQTT-3.1.2-17', reasonCode: MALFORMED },
  'user-name-unflagged': { v4: 'MQTT-3.1.2-18', v5: 'MQTT-3.1.2-16', reasonCode: MALFORMED },
  'password-missing': { v4: 'MQTT-3.1.2-21', v5: 'MQTT-3.1.2-19', reasonCode: MALFORMED },
  'password-unflagged': { v4: 'MQTT-3.1.2-20', v5: 'MQTT-3.1.2-18', reasonCode: MALFORMED },
  'authentication-data-alone': { v5: '5.0 section 3.1.2.11.10', reasonCode: PROTOCOL_ERROR },
  // CONNACK
  'connack-flags': { v4: '3.1.1 section 3.2.2.1', v5: 'MQTT-3.2.2-1', reasonCode: MALFORMED },
  'session-present-refused': { v4: 'MQTT-3.2.2-4', v5: 'MQTT-3.2.2-6', reasonCode: PROTOCOL_ERROR },
  // PUBLISH and topics
  'qos-3': { v4: 'MQTT-3.3.1-4', v5: 'MQTT-3.3.1-4', reasonCode: MALFORMED },
  'dup-with-qos-0': { v4: 'MQTT-3.3.1-2', v5: 'MQTT-3.3.1-2', reasonCode: MALFORMED },
  'publish-wildcard': { v4: 'MQTT-3.3.2-2', v5: 'MQTT-3.3.2-2', reasonCode: MALFORMED },
  'topic-name-wildcard': { v4: 'MQTT-4.7.1-1', v5: 'MQTT-4.7.0-1', reasonCode: MALFORMED },
  'topic-empty': { v4: 'MQTT-4.7.3-1', v5: 'MQTT-4.7.3-1', reasonCode: PROTOCOL_ERROR },
  'response-topic-wildcard': { v5: 'MQTT-3.3.2-14', reasonCode: PROTOCOL_ERROR },
  'topic-alias-0': { v5: 'MQTT-3.3.2-8', reasonCode: TOPIC_ALIAS_INVALID },
  'subscription-identifier-from-client': { v5: 'MQTT-3.3.4-6', reasonCode: PROTOCOL_ERROR },
  // SUBSCRIBE and UNSUBSCRIBE
  'subscribe-empty': { v4: 'MQTT-3.8.3-3', v5: 'MQTT-3.8.3-2', reasonCode: PROTOCOL_ERROR },
  'unsubscribe-empty': { v4: 'MQTT-3.10.3-2', v5: 'MQTT-3.10.3-2', reasonCode: PROTOCOL_ERROR },
  'filter-hash': { v4: 'MQTT-4.7.1-2', v5: 'MQTT-4.7.1-1', reasonCode: MALFORMED },
  'filter-plus': { v4: 'MQTT-4.7.1-3', v5: 'MQTT-4.7.1-2', reasonCode: MALFORMED },
  'share-name-empty': { v5: 'MQTT-4.8.2-1', reasonCode: MALFORMED },
  'share-name': { v5: 'MQTT-4.8.2-2', reasonCode: MALFORMED },
  'options-reserved': { v4: 'MQTT-3.8.3-4', v5: 'MQTT-3.8.3-5', reasonCode: MALFORMED },
  'subscribe-qos-3': { v4: 'MQTT-3.8.3-4', v5: '5.0 section 3.8.3.1', reasonCode: PROTOCOL_ERROR },
  'retain-handling-3': { v5: '5.0 section 3.8.3.1', reasonCode: PROTOCOL_ERROR },
  'no-local-shared': { v5: 'MQTT-3.8.3-4', reasonCode: PROTOCOL_ERROR },
  // Codes in answers
  'code-connack': { v4: '3.1.1 section 3.2.2.3', v5: 'MQTT-3.2.2-8', reasonCode: PROTOCOL_ERROR },
  'code-puback': { v5: 'MQTT-3.4.2-1', reasonCode: PROTOCOL_ERROR },
  'code-pubrec': { v5: 'MQTT-3.5.2-1', reasonCode: PROTOCOL_ERROR },
  'code-pubrel': { v5: 'MQTT-3.6.2-1', reasonCode: PROTOCOL_ERROR },
  'code-pubcomp': { v5: 'MQTT-3.7.2-1', reasonCode: PROTOCOL_ERROR },
  'code-suback': { v4: 'MQTT-3.9.3-2', v5: 'MQTT-3.9.3-2', reasonCode: PROTOCOL_ERROR },
  'code-unsuback': { v5: 'MQTT-3.11.3-2', reasonCode: PROTOCOL_ERROR },
  'code-disconnect': { v5: 'MQTT-3.14.2-1', reasonCode: PROTOCOL_ERROR },
  'code-auth': { v5: 'MQTT-3.15.2-1', reasonCode: PROTOCOL_ERROR },
  'answer-empty': { v4: '3.1.1 section 3.9.3', v5: '5.0 section 3.9.3', reasonCode: PROTOCOL_ERROR },
  'session-expiry-from-server': { v5: 'MQTT-3.14.2-2', reasonCode: PROTOCOL_ERROR },
  'authentication-method-missing': { v5: '5.0 section 3.15.2.2.2', reasonCode: PROTOCOL_ERROR },
} as const satisfies Record<string, Rule>;

/** The name of a rule in the table. */
export type RuleName = keyof typeof RULES;

/** The statement of that version; of the other one where only that has the rule. */
export function statementOf({ v4, v5 }: Rule, version: ProtocolVersion): string {
  return (version === 4 ? (v4 ?? v5) : (v5 ?? v4)) ?? 'unstated';
}
