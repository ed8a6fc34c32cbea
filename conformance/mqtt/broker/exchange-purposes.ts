import { ACK_PURPOSES } from './ack-cases.ts';
import type { BrokerPurpose } from './broker-purpose.ts';
import { CORNER_PURPOSES } from './corner-cases.ts';
import { DISCONNECT_PURPOSES } from './disconnect-cases.ts';
import { OPTIONS_PURPOSES } from './options-cases.ts';
import { ORDER_PURPOSES } from './order-cases.ts';
import { PUBLISH_PURPOSES } from './publish-cases.ts';
import { QOS1_PURPOSES } from './qos1-cases.ts';
import { QOS2_PURPOSES } from './qos2-cases.ts';
import { RETAIN_PURPOSES } from './retain-cases.ts';
import { SUBACK_PURPOSES } from './suback-cases.ts';
import { SUBSCRIBE_PURPOSES } from './subscribe-cases.ts';
import { TOPIC_PURPOSES } from './topic-cases.ts';
import { UNSUBSCRIBE_PURPOSES } from './unsubscribe-cases.ts';

/** Publishing, subscribing and unsubscribing, acknowledgements, order and topics. */
export const EXCHANGE_PURPOSES: readonly BrokerPurpose[] = [
  ...PUBLISH_PURPOSES,
  ...RETAIN_PURPOSES,
  ...ACK_PURPOSES,
  ...QOS1_PURPOSES,
  ...QOS2_PURPOSES,
  ...SUBSCRIBE_PURPOSES,
  ...SUBACK_PURPOSES,
  ...UNSUBSCRIBE_PURPOSES,
  ...DISCONNECT_PURPOSES,
  ...ORDER_PURPOSES,
  ...TOPIC_PURPOSES,
  ...OPTIONS_PURPOSES,
  ...CORNER_PURPOSES,
];
