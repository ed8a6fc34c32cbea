/** A name and a value; the same name may come again, and the order counts (MQTT 5.0 section 2.2.2.2, property 38). */
export type UserProperty = readonly [name: string, value: string];

/**
 * The properties of MQTT 5.0, all in one type; which packet may carry which is in `property-table.ts`. An absent key is an
 * absent property, never its default. MQTT 3.1.1 has none. `Uint8Array` values of decoded packets are views.
 * @see MQTT 5.0, section 2.2.2
 */
export interface MqttProperties {
  /** Property 1: 1 when the payload is UTF-8 text. */
  readonly payloadFormatIndicator?: 0 | 1;
  /** Property 2, seconds, 0 to 4,294,967,295. */
  readonly messageExpiryIntervalS?: number;
  /** Property 3. */
  readonly contentType?: string;
  /** Property 8, a topic name. */
  readonly responseTopic?: string;
  /** Property 9. */
  readonly correlationData?: Uint8Array;
  /** Property 11, each 1 to 268,435,455; one in SUBSCRIBE, any number in PUBLISH. Absent rather than empty. */
  readonly subscriptionIdentifiers?: readonly number[];
  /** Property 17, seconds; 4,294,967,295 never expires. */
  readonly sessionExpiryIntervalS?: number;
  /** Property 18. */
  readonly assignedClientIdentifier?: string;
  /** Property 19, seconds, 0 to 65535. */
  readonly serverKeepAliveS?: number;
  /** Property 21. */
  readonly authenticationMethod?: string;
  /** Property 22. */
  readonly authenticationData?: Uint8Array;
  /** Property 23. */
  readonly requestProblemInformation?: boolean;
  /** Property 24, seconds. */
  readonly willDelayIntervalS?: number;
  /** Property 25. */
  readonly requestResponseInformation?: boolean;
  /** Property 26. */
  readonly responseInformation?: string;
  /** Property 28. */
  readonly serverReference?: string;
  /** Property 31, for people. */
  readonly reasonString?: string;
  /** Property 33, 1 to 65535. */
  readonly receiveMaximum?: number;
  /** Property 34, 0 to 65535. */
  readonly topicAliasMaximum?: number;
  /** Property 35, 1 to 65535. */
  readonly topicAlias?: number;
  /** Property 36. */
  readonly maximumQos?: 0 | 1;
  /** Property 37. */
  readonly retainAvailable?: boolean;
  /** Property 38, in the order of the wire. Absent rather than empty. */
  readonly userProperties?: readonly UserProperty[];
  /** Property 39, bytes, 1 to 4,294,967,295. */
  readonly maximumPacketSizeBytes?: number;
  /** Property 40. */
  readonly wildcardSubscriptionAvailable?: boolean;
  /** Property 41. */
  readonly subscriptionIdentifierAvailable?: boolean;
  /** Property 42. */
  readonly sharedSubscriptionAvailable?: boolean;
}

/** The name of a property in `MqttProperties`. */
export type PropertyName = keyof MqttProperties;

/** No property at all; what every packet of MQTT 3.1.1 has. One frozen object, so that it costs nothing. */
export const NO_PROPERTIES: MqttProperties = Object.freeze({});
