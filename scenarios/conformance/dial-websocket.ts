import {
  OTHER_SUBPROTOCOL,
  SUBPROTOCOL,
  WEBSOCKET,
  WEBSOCKET_LIST,
  WEBSOCKET_LIST_ANY,
  WEBSOCKET_MQTT,
  WEBSOCKET_OTHER,
  WEBSOCKET_TEXT,
} from '../../conformance/mqtt/broker/websocket-targets.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { ConnectTcpDeps } from '../../hil/transport/tcp-link.ts';
import type { TlsClientOptions } from '../../hil/transport/tls-link.ts';
import { connectWebSocket, type WebSocketOptions } from '../../hil/transport/websocket-link.ts';

/** Each target by name: what is offered, what is taken, what is sent. */
const TARGETS: ReadonlyMap<string, WebSocketOptions> = new Map<string, WebSocketOptions>([
  [WEBSOCKET, { protocol: SUBPROTOCOL, takesAnyProtocol: true }],
  [WEBSOCKET_MQTT, { protocol: SUBPROTOCOL }],
  [WEBSOCKET_LIST, { protocol: SUBPROTOCOL, offered: [OTHER_SUBPROTOCOL, SUBPROTOCOL] }],
  [WEBSOCKET_LIST_ANY, { protocol: SUBPROTOCOL, offered: [OTHER_SUBPROTOCOL, SUBPROTOCOL], takesAnyProtocol: true }],
  [WEBSOCKET_OTHER, { protocol: OTHER_SUBPROTOCOL }],
  [WEBSOCKET_TEXT, { protocol: SUBPROTOCOL, takesAnyProtocol: true, frames: { kindOf: (index) => (index === 0 ? 'binary' : 'text') } }],
]);

/**
 * Dials one of the WebSocket targets of the broker suite.
 * @param url - `ws://` or `wss://`, of the SUT.
 * @throws FieldproofError FP_LINK_OPEN; FP_INTERNAL for a target that there is not.
 */
export function dialWebSocketTarget(url: string, target: string, tls: TlsClientOptions, deps: ConnectTcpDeps): Promise<ByteLink> {
  const options = TARGETS.get(target);
  if (options === undefined) throw new FieldproofError('FP_INTERNAL', `there is no target ${target}`);
  return connectWebSocket(url, { ...tls, ...options }, deps);
}
