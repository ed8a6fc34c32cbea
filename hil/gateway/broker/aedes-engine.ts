import { createServer, type Server, type Socket } from 'node:net';
import type { Aedes } from 'aedes';
import { FieldproofError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { tapAcceptedSocket } from '../../transport/tapped-socket.ts';
import type { WireTap } from '../../transport/wire-tap.ts';
import { bindError } from '../bind-error.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { connack, createAedes } from './aedes-protocol.ts';
import type { BrokerEngine } from './broker-engine.ts';
import { MessageRouter } from './message-router.ts';
import { createPacketGuard } from './packet-guard.ts';
import { isTopicName } from './topic-filter.ts';

/** Bounds of the engine, as `broker` in the configuration states them. */
export type AedesEngineOptions = Pick<GatewayConfig['broker'], 'packetBytesMax' | 'connectionsMax' | 'queuedMessagesMax'>;

/**
 * The broker engine on aedes 1.2.0: MQTT 3.1.1 over TCP, everything in memory.
 * `refused` counts: malformed, packet-too-large, no-connect, protocol-version, client-id, reserved-topic,
 * connections-full, connect-timeout, keepalive-timeout, slow-reader (connections ended), and queue-full, sessions-full,
 * retained-full (messages or sessions dropped).
 */
export function createAedesEngine(options: AedesEngineOptions, deps: { readonly log: Logger; readonly wire?: WireTap | undefined; readonly place?: string }): BrokerEngine {
  const refused: Record<string, number> = {};
  const refuse = (reason: string): void => {
    refused[reason] = (refused[reason] ?? 0) + 1;
    deps.log.debug('refused', { reason, total: refused[reason] });
  };
  const router = new MessageRouter({ queuedMessagesMax: options.queuedMessagesMax, absentSessionsMax: options.connectionsMax }, refuse);
  const aedes = createAedes(router, refuse);
  // `addListener`, because the declared overloads of `on` leave out `error`.
  aedes.addListener('error', (error: unknown) => deps.log.error('aedes failed', { error: String(error) }));
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (deps.wire !== undefined) tapAcceptedSocket(socket, deps.place ?? 'mqtt', 'mqtt', deps.wire);
    admit(aedes, socket, options.packetBytesMax, refuse);
  });
  server.maxConnections = options.connectionsMax;
  server.on('drop', () => refuse('connections-full'));

  return {
    name: 'aedes',
    async listen(host, port) {
      const bound = await listenTcp(server, host, port);
      server.on('error', (error) => deps.log.error('the MQTT listener failed', { error: error.message }));
      await aedes.listen();
      return { port: bound };
    },
    async publish(message) {
      if (!isTopicName(message.topic)) throw new FieldproofError('FP_INTERNAL', `"${message.topic}" is no topic to publish to`);
      router.accept({ ...message, clientId: undefined });
    },
    onAccepted: (listener) => router.onAccepted(listener),
    stats: () => ({
      connectedClients: aedes.closed ? 0 : aedes.connectedClients,
      messagesAccepted: router.accepted,
      messagesDelivered: router.delivered,
      refused: { ...refused },
    }),
    close: () => closeAll(server, aedes, sockets),
  };
}

function listenTcp(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => reject(bindError('MQTT listener', host, port, cause));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Puts the packet guard between the socket and aedes, which takes its bytes with `read`, and hands the socket over. */
function admit(aedes: Aedes, socket: Socket, packetBytesMax: number, refuse: (reason: string) => void): void {
  const guard = createPacketGuard(packetBytesMax);
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    const refusal = chunk instanceof Uint8Array ? guard(chunk) : undefined;
    if (refusal === undefined) return chunk;
    refuse(refusal);
    socket.destroy();
    return null;
  };
  // MQTT-3.1.2-2: an unknown protocol level is answered before the connection ends; aedes only ends it.
  aedes.handle(socket).prependListener('error', (error) => {
    if (error.message === 'Invalid protocol version' && socket.writable) socket.write(connack(1));
  });
}

async function closeAll(server: Server, aedes: Aedes, sockets: ReadonlySet<Socket>): Promise<void> {
  const listenerClosed = new Promise<void>((resolve) => {
    // The callback gets an error when the server never listened: that is closed enough.
    server.close(() => resolve());
  });
  await new Promise<void>((resolve) => {
    aedes.close(resolve);
  });
  for (const socket of sockets) socket.destroy();
  await listenerClosed;
}
