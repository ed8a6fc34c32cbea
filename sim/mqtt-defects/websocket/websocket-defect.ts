import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import type { WebSocketListenerOptions } from '../../../hil/transport/websocket-listener.ts';

/** A way in which a broker breaks the rules of MQTT over WebSocket: its packets are good, what carries them is not. */
export interface WebSocketDefect {
  /** kebab-case, begins with `websocket-`. */
  readonly id: string;
  /** One sentence: what the SUT seems to do. */
  readonly does: string;
  /** What its listener does unlike a good one. */
  readonly listener?: WebSocketListenerOptions;
  /** Stands between an accepted connection and the good broker. */
  readonly between?: (link: ByteLink) => ByteLink;
}
