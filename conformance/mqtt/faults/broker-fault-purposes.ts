import type { BrokerPurpose } from '../broker/broker-purpose.ts';
import { PUBLISHER_FAULT_PURPOSES } from './publisher-fault-purposes.ts';
import { PUBLISHER_LIVE_PURPOSES } from './publisher-live-purposes.ts';
import { RANDOM_FAULT_PURPOSES } from './random-fault-purposes.ts';
import { SUBSCRIBER_FAULT_PURPOSES } from './subscriber-fault-purposes.ts';
import { SUBSCRIBER_LIVE_PURPOSES } from './subscriber-live-purposes.ts';

/** QoS 1 and QoS 2 under faults, for brokers: both directions, every packet boundary. */
export const BROKER_FAULT_PURPOSES: readonly BrokerPurpose[] = [
  ...PUBLISHER_FAULT_PURPOSES,
  ...PUBLISHER_LIVE_PURPOSES,
  ...SUBSCRIBER_FAULT_PURPOSES,
  ...SUBSCRIBER_LIVE_PURPOSES,
  ...RANDOM_FAULT_PURPOSES,
];
