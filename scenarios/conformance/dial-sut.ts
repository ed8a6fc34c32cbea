import { readFileSync } from 'node:fs';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { connectTcp, type ConnectTcpDeps } from '../../hil/transport/tcp-link.ts';
import { connectTls, type TlsClientOptions } from '../../hil/transport/tls-link.ts';
import { connectWebSocket } from '../../hil/transport/websocket-link.ts';
import { dialWebSocketTarget } from './dial-websocket.ts';

/** Longest wait for a connection to the SUT, milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Ports that IANA has registered for MQTT, and those of HTTP for WebSockets. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1_883, 'mqtts:': 8_883, 'ws:': 80, 'wss:': 443 };

/** Opens a connection. @param target - One of `websocket-targets.ts`; left out: the address itself. */
export type SutDialer = (target?: string) => Promise<ByteLink>;

/**
 * How to reach an MQTT SUT at an address.
 * @param address - `mqtt://host[:port]`, `mqtts://host[:port]`, `ws://host[:port][/path]` or `wss://...`.
 * @param pixit - Its values `tlsCa`, `tlsCert`, `tlsKey` name PEM files, `tlsServerName` the name to check, and
 * `tlsVerify: false` takes any certificate; `websocketAddress` is where the WebSocket targets are, unless the address is.
 * @throws FieldproofError FP_USAGE when the address or a PEM file cannot be read; the returned function FP_LINK_OPEN.
 */
export function sutDialer(address: string, pixit: Pixit, clock: Clock): SutDialer {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const defaultPort = DEFAULT_PORTS[url?.protocol ?? ''];
  if (url === undefined || defaultPort === undefined || url.hostname === '') {
    throw new FieldproofError('FP_USAGE', `'${address}' is no address of a broker`, { hint: 'Write it as mqtt://host:port, mqtts://host:port, ws://host:port/mqtt or wss://host:port/mqtt.' });
  }
  const deps = { clock, timeoutMs: CONNECT_TIMEOUT_MS };
  const tls = tlsOptions(pixit);
  const webSocket = webSocketAddress(address, pixit);
  const plain = plainDialer(url, defaultPort, tls, deps);
  return async (target) => {
    if (target === undefined) return plain();
    if (webSocket === undefined) throw new FieldproofError('FP_LINK_OPEN', 'the declaration gives no websocketAddress (PIXIT)');
    return dialWebSocketTarget(webSocket, target, tls, deps);
  };
}

/** The SUT's address for WebSockets; undefined when it has none. */
export function webSocketAddress(address: string, { values }: Pixit): string | undefined {
  const given = values['websocketAddress'];
  if (typeof given === 'string') return given;
  return /^wss?:/u.test(address) ? address : undefined;
}

function plainDialer(url: URL, defaultPort: number, tls: TlsClientOptions, deps: ConnectTcpDeps): () => Promise<ByteLink> {
  const target = { host: url.hostname.replace(/^\[(.*)\]$/u, '$1'), port: url.port === '' ? defaultPort : Number(url.port) };
  if (url.protocol === 'mqtt:') return () => connectTcp(target, deps);
  if (url.protocol === 'mqtts:') return () => connectTls(target, tls, deps);
  return () => connectWebSocket(url.href, { ...tls, protocol: 'mqtt' }, deps);
}

function tlsOptions({ values }: Pixit): TlsClientOptions {
  const pem = (name: string): string | undefined => {
    const file = values[name];
    return file === undefined ? undefined : readPem(name, String(file));
  };
  const [ca, cert, key, serverName] = [pem('tlsCa'), pem('tlsCert'), pem('tlsKey'), values['tlsServerName']];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { serverName: String(serverName) }),
    verify: values['tlsVerify'] !== false,
  };
}

function readPem(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new FieldproofError('FP_USAGE', `cannot read ${file} (PIXIT value ${name}): ${messageOf(cause)}`, { cause });
  }
}
