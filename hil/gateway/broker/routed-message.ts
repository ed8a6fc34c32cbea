import type { BrokerMessage } from './broker-engine.ts';
import { encodePublish } from './publish-frame.ts';

/** A message on its way to several sessions: at QoS 0 every one gets the same bytes, so they are made once. */
export class RoutedMessage {
  readonly message: BrokerMessage;
  #liveFrame: Uint8Array | undefined;

  constructor(message: BrokerMessage) {
    this.message = message;
  }

  /** The PUBLISH packet at QoS 0. */
  qos0Frame(retain: boolean): Uint8Array {
    if (retain) return encodePublish(this.message, { qos: 0, retain, dup: false, packetId: 0 });
    this.#liveFrame ??= encodePublish(this.message, { qos: 0, retain, dup: false, packetId: 0 });
    return this.#liveFrame;
  }
}
