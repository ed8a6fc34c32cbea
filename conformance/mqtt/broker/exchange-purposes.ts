import { ACK_PURPOSES } from './ack-cases.ts';
import type { BrokerPurpose } from './broker-purpose.ts';
import { ORDER_PURPOSES } from './order-cases.ts';
import { PUBLISH_PURPOSES } from './publish-cases.ts';
import { QOS1_PURPOSES } from './qos1-cases.ts';
import { QOS2_PURPOSES } from './qos2-cases.ts';
import { RETAIN_PURPOSES } from './retain-cases.ts';

/** Publishing, subscribing and unsubscribing, acknowledgements, order and topics: what both versions have. */
export const EXCHANGE_PURPOSES: readonly BrokerPurpose[] = [...PUBLISH_PURPOSES, ...RETAIN_PURPOSES, ...ACK_PURPOSES, ...QOS1_PURPOSES, ...QOS2_PURPOSES, ...ORDER_PURPOSES];
