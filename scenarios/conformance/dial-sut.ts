import type { Clock } from '../../hil/runtime/clock.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { parseMqttUrl } from '../../hil/transport/mqtt-url.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';

/** Longest wait for a connection to the SUT, milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * How to reach the SUT at an address.
 * @param address - `mqtt://host:port`.
 * @throws FieldproofError FP_USAGE when the address cannot be read; the returned function FP_LINK_OPEN.
 */
export function sutDialer(address: string, clock: Clock): () => Promise<ByteLink> {
  const target = parseMqttUrl(address);
  return () => connectTcp(target, { clock, timeoutMs: CONNECT_TIMEOUT_MS });
}
