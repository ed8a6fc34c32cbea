import type { MqttDefect } from '../mqtt-defect.ts';
import { FLOW_DEFECTS } from './flow-defects.ts';
import { PACKET_SIZE_DEFECTS } from './packet-size-defects.ts';
import { PROPERTY_DEFECTS } from './property-defects.ts';
import { SESSION_EXPIRY_DEFECTS } from './session-expiry-defects.ts';
import { TOPIC_ALIAS_DEFECTS } from './topic-alias-defects.ts';

/** Ways to break what only MQTT 5.0 has. */
export const VERSION_5_DEFECTS: readonly MqttDefect[] = [
  ...PROPERTY_DEFECTS,
  ...SESSION_EXPIRY_DEFECTS,
  ...FLOW_DEFECTS,
  ...PACKET_SIZE_DEFECTS,
  ...TOPIC_ALIAS_DEFECTS,
];
