import { createServer, type IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import type { LinkListener } from './byte-link.ts';
import { bindError, type TcpAddress, type TcpPeer } from './tcp-link.ts';
import { WebSocketLink, type WebSocketFrames } from './websocket-link.ts';

/** How long a client may take to ask for its upgrade, milliseconds. */
const REQUEST_WAIT_MS = 10_000;
const CONNECTIONS_MAX = 20_000;
/** Longest message taken, bytes, unless the caller says otherwise. */
const MESSAGE_BYTES_MAX = 16_777_216;

/** What a client asked for when it opened a WebSocket. */
export interface WebSocketOffer {
  /** Sub-protocols in the order of the offer. */
  readonly protocols: readonly string[];
  readonly path: string;
}

export interface WebSocketListenerOptions {
  /** A longer message closes its connection (1009, RFC 6455 section 7.4.1); 16 MiB by default. */
  readonly messageBytesMax?: number;
  /** More connections than these, upgraded or not, are closed at once; 20,000 by default. */
  readonly connectionsMax?: number;
  /** What is answered to an offer, undefined for nothing; by default the listener's sub-protocol when it is offered. */
  readonly select?: (offered: readonly string[]) => string | undefined;
  readonly frames?: WebSocketFrames;
}

/**
 * Listens for WebSockets and hands out a link for each. The sub-protocol is answered with `protocol` when the client offers
 * it, else with none: what the client offered is the caller's to judge. Any other HTTP request is told to upgrade (426).
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED.
 */
export function listenWebSocket(
  address: TcpAddress,
  protocol: string,
  onLink: (link: WebSocketLink, offer: WebSocketOffer, peer: TcpPeer) => void,
  options: WebSocketListenerOptions = {},
): Promise<LinkListener> {
  const { messageBytesMax = MESSAGE_BYTES_MAX, connectionsMax = CONNECTIONS_MAX, frames } = options;
  const select = options.select ?? ((offered: readonly string[]) => (offered.includes(protocol) ? protocol : undefined));
  const http = createServer({ headersTimeout: REQUEST_WAIT_MS, requestTimeout: REQUEST_WAIT_MS, connectionsCheckingInterval: REQUEST_WAIT_MS }, (_request, response) => {
    response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end();
  });
  http.maxConnections = connectionsMax;
  const server = new WebSocketServer({ server: http, maxPayload: messageBytesMax, perMessageDeflate: false, handleProtocols: (offered) => select([...offered]) ?? false });
  server.on('connection', (socket, request) => {
    const peer = peerOf(request);
    onLink(new WebSocketLink(socket, `ws peer ${peer.host}:${peer.port}`, frames), offerOf(request), peer);
  });
  return new Promise((resolve, reject) => {
    // The library passes the errors of the HTTP server on.
    const onError = (cause: Error): void => reject(bindError(`ws ${address.host}:${address.port}`, cause));
    server.once('error', onError);
    http.listen(address.port, address.host, () => {
      server.removeListener('error', onError);
      server.on('error', () => undefined);
      const bound = http.address();
      resolve({ port: typeof bound === 'object' && bound !== null ? bound.port : address.port, close: () => closed(http) });
    });
  });
}

function peerOf({ socket }: IncomingMessage): TcpPeer {
  const { remoteAddress = 'unknown', remotePort = 0, localAddress = 'unknown', localPort = 0 } = socket;
  return { host: remoteAddress, port: remotePort, localHost: localAddress, localPort };
}

function offerOf({ headers, url = '/' }: IncomingMessage): WebSocketOffer {
  const offered = headers['sec-websocket-protocol'] ?? '';
  return { protocols: offered.split(',').map((name) => name.trim()).filter((name) => name !== ''), path: url };
}

/** The port is free at once; open WebSockets stay. */
function closed(http: ReturnType<typeof createServer>): Promise<void> {
  http.close();
  http.closeIdleConnections();
  return Promise.resolve();
}
