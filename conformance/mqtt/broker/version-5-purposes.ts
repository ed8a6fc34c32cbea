import type { BrokerPurpose } from './broker-purpose.ts';
import { FLOW_PURPOSES } from './flow-cases.ts';
import { MALFORMED_PROPERTY_PURPOSES } from './malformed-property-cases.ts';
import { PACKET_SIZE_PURPOSES } from './packet-size-cases.ts';
import { PROPERTY_PURPOSES } from './property-cases.ts';
import { SESSION_EXPIRY_PURPOSES } from './session-expiry-cases.ts';
import { TOPIC_ALIAS_PURPOSES } from './topic-alias-cases.ts';

/** What only MQTT 5.0 has. */
export const VERSION_5_PURPOSES: readonly BrokerPurpose[] = [
  ...MALFORMED_PROPERTY_PURPOSES,
  ...PROPERTY_PURPOSES,
  ...SESSION_EXPIRY_PURPOSES,
  ...FLOW_PURPOSES,
  ...PACKET_SIZE_PURPOSES,
  ...TOPIC_ALIAS_PURPOSES,
];
