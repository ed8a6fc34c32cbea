import type { TlsClientOptions } from '../../../hil/transport/tls-link.ts';
import type { MqttDefect } from '../mqtt-defect.ts';
import type { DeviceOptions } from './device-options.ts';

/** A way in which a device breaks the standard: the good one behind a relay, or set up wrongly. */
export interface DeviceDefect {
  /** kebab-case: `acknowledges-the-wrong-id`. */
  readonly id: string;
  /** One sentence: what the device does. */
  readonly does: string;
  /** Between the good device, which is the relay's client, and the broker. */
  readonly relay?: MqttDefect;
  readonly options?: Partial<DeviceOptions>;
  readonly tls?: TlsClientOptions;
  /** Sub-protocol of the WebSocket. */
  readonly subProtocol?: string;
  readonly textFrames?: boolean;
  /** Ends the connection at a frame that is not made of whole packets. */
  readonly wholeFrames?: boolean;
}
