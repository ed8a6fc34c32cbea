import { FieldproofError } from '../runtime/errors.ts';
import type { TcpAddress } from './tcp-link.ts';

/** The port that IANA has registered for MQTT over TCP. */
const DEFAULT_PORT = 1_883;

/**
 * Reads `mqtt://host`, `mqtt://host:port` or `mqtt://[::1]:port`.
 * @throws FieldproofError FP_LINK_OPEN for anything else.
 */
export function parseMqttUrl(text: string): TcpAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'mqtt:' || url.hostname === '' || (url.pathname !== '' && url.pathname !== '/')) {
    throw new FieldproofError('FP_LINK_OPEN', `'${text}' is no address of an MQTT broker`, {
      hint: 'Write it as mqtt://host:port.',
    });
  }
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port === '' ? DEFAULT_PORT : Number(url.port) };
}
