import type { MqttDefect } from '../mqtt-defect.ts';
import { CORNER_DEFECTS } from './corner-defects.ts';
import { DELIVERY_DEFECTS } from './delivery-defects.ts';
import { PUBLISH_DEFECTS } from './publish-defects.ts';
import { RETAIN_DEFECTS } from './retain-defects.ts';
import { SUBSCRIPTION_DEFECTS } from './subscription-defects.ts';
import { TOPIC_DEFECTS } from './topic-defects.ts';

/** Ways to break publishing, subscribing, acknowledging, order and topics. */
export const EXCHANGE_DEFECTS: readonly MqttDefect[] = [...PUBLISH_DEFECTS, ...RETAIN_DEFECTS, ...DELIVERY_DEFECTS, ...SUBSCRIPTION_DEFECTS, ...TOPIC_DEFECTS, ...CORNER_DEFECTS];
