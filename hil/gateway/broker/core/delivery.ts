import type { Qos } from '../../../protocols/mqtt/packet.ts';
import type { RoutedMessage } from './routed-message.ts';

/** Takes a message that its chosen member will never complete. @see MQTT 5.0, section 4.8.2 */
export interface SharedOrigin {
  offerAgain(delivery: Delivery): void;
}

/** One message for one session, before or after it was sent. */
export interface Delivery {
  readonly routed: RoutedMessage;
  /** The lower of the published and the granted QoS (MQTT-3.8.4-8). */
  readonly qos: Qos;
  readonly retain: boolean;
  /** Of every matching subscription that has one (MQTT-3.3.4-4); empty in most cases. */
  readonly subscriptionIdentifiers: readonly number[];
  /** Set when a shared subscription chose this session. */
  readonly shared: SharedOrigin | undefined;
}

/** A delivery in a queue; numbers grow in the order in which the session got its messages. */
export interface QueuedDelivery extends Delivery {
  readonly sequence: number;
}

/** No identifiers: one frozen list, so that most deliveries cost none. */
export const NO_IDENTIFIERS: readonly number[] = Object.freeze([]);
