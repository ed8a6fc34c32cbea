/** The reason codes that the broker itself gives. @see MQTT 5.0, section 2.4 */
export const REASON = {
  success: 0x00,
  disconnectWithWill: 0x04,
  noMatchingSubscribers: 0x10,
  noSubscriptionExisted: 0x11,
  continueAuthentication: 0x18,
  reAuthenticate: 0x19,
  unspecifiedError: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecific: 0x83,
  unsupportedVersion: 0x84,
  clientIdNotValid: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  banned: 0x8a,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  sharedNotSupported: 0x9e,
  subscriptionIdentifiersNotSupported: 0xa1,
  wildcardsNotSupported: 0xa2,
} as const;

/** Codes of 0x80 and above are failures. */
export function isFailure(reasonCode: number): boolean {
  return reasonCode >= 0x80;
}

const RETURN_CODES: ReadonlyMap<number, number> = new Map([
  [REASON.success, 0],
  [REASON.unsupportedVersion, 1],
  [REASON.clientIdNotValid, 2],
  [REASON.serverUnavailable, 3],
  [REASON.serverBusy, 3],
  [REASON.quotaExceeded, 3],
  [REASON.badUserNameOrPassword, 4],
  [REASON.notAuthorized, 5],
  [REASON.banned, 5],
]);

/**
 * The CONNACK return code of MQTT 3.1.1 section 3.2.2.3 for a reason code of 5.0; undefined where none fits, and the server
 * closes without a CONNACK (MQTT-3.2.2-6).
 */
export function connectReturnCode(reasonCode: number): number | undefined {
  return RETURN_CODES.get(reasonCode);
}
