import type { MqttViolation } from '../../../protocols/mqtt/decode-result.ts';
import { REASON } from './reason-code.ts';

/** Under which reason a violation of the protocol is counted. */
export function violationReason({ statement, reasonCode, returnCode, packetType, version, protocol }: MqttViolation): string {
  // The one rule that is no statement of the standard: our own bound on packets.
  if (statement === 'local limit') return 'packet-too-large';
  if (packetType === 'connect' && protocol !== undefined && version === undefined) return 'protocol-version';
  if (returnCode === 2) return 'client-id';
  if (version === undefined && packetType !== 'connect') return 'no-connect';
  return reasonCode === REASON.protocolError ? 'protocol-error' : 'malformed';
}
