import type { BrokerPurpose } from './broker-purpose.ts';
import { AUTHENTICATION_PURPOSES } from './authentication-cases.ts';
import { CONNACK_PROPERTY_PURPOSES } from './connack-property-cases.ts';
import { FLOW_PURPOSES } from './flow-cases.ts';
import { MALFORMED_PROPERTY_PURPOSES } from './malformed-property-cases.ts';
import { PACKET_SIZE_PURPOSES } from './packet-size-cases.ts';
import { PROPERTY_PURPOSES } from './property-cases.ts';
import { PUBLISH_PROPERTY_PURPOSES } from './publish-property-cases.ts';
import { REASON_PURPOSES } from './reason-cases.ts';
import { REQUEST_INFO_PURPOSES } from './request-info-cases.ts';
import { SESSION_EXPIRY_PURPOSES } from './session-expiry-cases.ts';
import { SHARED_SUBSCRIPTION_PURPOSES } from './shared-subscription-cases.ts';
import { SUBSCRIPTION_IDENTIFIER_PURPOSES } from './subscription-identifier-cases.ts';
import { TOPIC_ALIAS_PURPOSES } from './topic-alias-cases.ts';
import { UNAVAILABLE_PURPOSES } from './unavailable-cases.ts';
import { WILL_PROPERTY_PURPOSES } from './will-property-cases.ts';

/** What only MQTT 5.0 has. */
export const VERSION_5_PURPOSES: readonly BrokerPurpose[] = [
  ...MALFORMED_PROPERTY_PURPOSES,
  ...PROPERTY_PURPOSES,
  ...SESSION_EXPIRY_PURPOSES,
  ...FLOW_PURPOSES,
  ...PACKET_SIZE_PURPOSES,
  ...TOPIC_ALIAS_PURPOSES,
  ...REQUEST_INFO_PURPOSES,
  ...WILL_PROPERTY_PURPOSES,
  ...PUBLISH_PROPERTY_PURPOSES,
  ...SUBSCRIPTION_IDENTIFIER_PURPOSES,
  ...CONNACK_PROPERTY_PURPOSES,
  ...UNAVAILABLE_PURPOSES,
  ...REASON_PURPOSES,
  ...AUTHENTICATION_PURPOSES,
  ...SHARED_SUBSCRIPTION_PURPOSES,
];
