import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fastify, type FastifyInstance } from 'fastify';
import type { Clock } from '../../runtime/clock.ts';
import { systemCodeOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { packageRoot } from '../../runtime/package-root.ts';
import { z } from '../../runtime/schema.ts';
import { bindError } from '../bind-error.ts';
import type { StoreStats } from '../broker/store/store-report.ts';
import { reasonsNotReady, type GatewayStatus } from './gateway-status.ts';
import { createMetrics } from './metrics.ts';
import { PROBLEM_MEDIA_TYPE, problemOf, sendProblem } from './problem.ts';

/** Largest request body, bytes. */
export const BODY_BYTES_MAX = 65_536;
/** Largest header section, bytes; beyond it 431. */
export const HEADER_BYTES_MAX = 8_192;
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_TIMEOUT_MS = 5_000;

export interface ApiDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly configSha256: string;
  readonly status: () => GatewayStatus;
}

/** The HTTP face of the gateway: `/healthz`, `/readyz`, `/metrics`. Errors are problem documents (RFC 9457). */
export interface Api {
  /** @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED. */
  listen(host: string, port: number): Promise<{ readonly port: number }>;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

export function createApi({ clock, log, configSha256, status }: ApiDeps): Api {
  const startMs = clock.nowMs();
  const uptimeSeconds = (): number => (clock.nowMs() - startMs) / 1_000;
  const version = packageVersion();
  const metrics = createMetrics(() => ({ ...status(), uptimeSeconds: uptimeSeconds() }));
  const app = createApp(log);

  app.get('/healthz', () => ({ status: 'ok', version, configSha256, uptimeSeconds: uptimeSeconds(), store: storeHealth(status().broker.store) }));
  app.get('/readyz', (_request, reply) => {
    const reasons = reasonsNotReady(status());
    if (reasons.length > 0) return sendProblem(reply, problemOf(503, 'The gateway is not ready.'), { reasons });
    return reply.send({ status: 'ready' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()));

  return {
    async listen(host, port) {
      try {
        await app.listen({ host, port });
      } catch (cause) {
        throw bindError('HTTP listener', host, port, cause);
      }
      const address = app.server.address();
      return { port: typeof address === 'object' && address !== null ? address.port : port };
    },
    close: () => app.close(),
  };
}

/** What `/healthz` tells of the broker's store; nothing for one in memory. */
function storeHealth(store: StoreStats | undefined): Readonly<Record<string, unknown>> | undefined {
  if (store === undefined) return undefined;
  const { policy, failure, rows, lost, recovery } = store;
  return { policy, status: failure === undefined ? 'ok' : 'failed', because: failure, rows, lost, recovery };
}

function createApp(log: Logger): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: true,
    http: { maxHeaderSize: HEADER_BYTES_MAX },
    clientErrorHandler: (error, socket) => answerUnparsable(error, socket),
    frameworkErrors: (_error, _request, reply) => void sendProblem(reply, problemOf(400, 'The request target is malformed.')),
  });
  app.setNotFoundHandler((request, reply) => sendProblem(reply, problemOf(404, `There is no ${request.method} ${request.url}.`)));
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const code = error.statusCode ?? 500;
    if (code < 500) return sendProblem(reply, problemOf(code, error.message));
    // What went wrong inside is for the log, not for whoever asked.
    log.error('an HTTP request failed', { method: request.method, url: request.url, error: error.message });
    return sendProblem(reply, problemOf(500, 'The gateway failed to answer.'));
  });
  return app;
}

/** Bytes that are no HTTP request never reach a handler; they are answered on the socket. */
function answerUnparsable(error: Error, socket: Socket): void {
  if (systemCodeOf(error) === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = systemCodeOf(error);
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = JSON.stringify(problemOf(status, 'The bytes received are not an HTTP request within the limits.'));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}
