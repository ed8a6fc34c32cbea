import type { MqttDefect } from '../mqtt-defect.ts';
import { AUTHENTICATION_DEFECTS } from './authentication-defects.ts';
import { CONNACK_PROPERTY_DEFECTS } from './connack-property-defects.ts';
import { FLOW_DEFECTS } from './flow-defects.ts';
import { PACKET_SIZE_DEFECTS } from './packet-size-defects.ts';
import { PROPERTY_DEFECTS } from './property-defects.ts';
import { PUBLISH_PROPERTY_DEFECTS } from './publish-property-defects.ts';
import { REASON_DEFECTS } from './reason-defects.ts';
import { REQUEST_INFO_DEFECTS } from './request-info-defects.ts';
import { SESSION_EXPIRY_DEFECTS } from './session-expiry-defects.ts';
import { SHARED_SUBSCRIPTION_DEFECTS } from './shared-subscription-defects.ts';
import { SUBSCRIPTION_IDENTIFIER_DEFECTS } from './subscription-identifier-defects.ts';
import { TOPIC_ALIAS_DEFECTS } from './topic-alias-defects.ts';
import { UNAVAILABLE_DEFECTS } from './unavailable-defects.ts';
import { WILL_PROPERTY_DEFECTS } from './will-property-defects.ts';

/** Ways to break what only MQTT 5.0 has. */
export const VERSION_5_DEFECTS: readonly MqttDefect[] = [
  ...PROPERTY_DEFECTS,
  ...SESSION_EXPIRY_DEFECTS,
  ...FLOW_DEFECTS,
  ...PACKET_SIZE_DEFECTS,
  ...TOPIC_ALIAS_DEFECTS,
  ...REQUEST_INFO_DEFECTS,
  ...WILL_PROPERTY_DEFECTS,
  ...PUBLISH_PROPERTY_DEFECTS,
  ...SUBSCRIPTION_IDENTIFIER_DEFECTS,
  ...CONNACK_PROPERTY_DEFECTS,
  ...UNAVAILABLE_DEFECTS,
  ...REASON_DEFECTS,
  ...AUTHENTICATION_DEFECTS,
  ...SHARED_SUBSCRIPTION_DEFECTS,
];
