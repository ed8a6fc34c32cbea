import { WebSocketServer } from 'ws';
import type { ByteLink, LinkListener } from './byte-link.ts';
import { bindError, type TcpAddress } from './tcp-link.ts';
import { WebSocketLink } from './websocket-link.ts';

/** What a client asked for when it opened a WebSocket. */
export interface WebSocketOffer {
  /** Sub-protocols in the order of the offer. */
  readonly protocols: readonly string[];
  readonly path: string;
}

/**
 * Listens for WebSockets and hands out a link for each. The sub-protocol is answered with `protocol` when the client offers
 * it, else with none: what the client offered is the caller's to judge.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED.
 */
export function listenWebSocket(address: TcpAddress, protocol: string, onLink: (link: WebSocketLink & ByteLink, offer: WebSocketOffer) => void): Promise<LinkListener> {
  return new Promise((resolve, reject) => {
    const server = new WebSocketServer({ host: address.host, port: address.port, perMessageDeflate: false, handleProtocols: (offered) => (offered.has(protocol) ? protocol : false) });
    const onError = (cause: Error): void => reject(bindError(`ws ${address.host}:${address.port}`, cause));
    server.once('error', onError);
    server.on('connection', (socket, request) => {
      const offered = request.headers['sec-websocket-protocol'] ?? '';
      const protocols = offered.split(',').map((name) => name.trim()).filter((name) => name !== '');
      onLink(new WebSocketLink(socket, `ws peer ${request.socket.remoteAddress ?? 'unknown'}:${request.socket.remotePort ?? 0}`), { protocols, path: request.url ?? '/' });
    });
    server.once('listening', () => {
      server.removeListener('error', onError);
      server.on('error', () => undefined);
      const bound = server.address();
      resolve({
        port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
        close: () => {
          server.close();
          return Promise.resolve();
        },
      });
    });
  });
}
