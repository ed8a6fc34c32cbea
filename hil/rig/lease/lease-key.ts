import { createHash } from 'node:crypto';
import type { Dut } from '../hardware-map.ts';

const READABLE_MAX = 60;

/**
 * What is leased for a DUT: its line, that is the serial port or host:port as the map writes it. A port can be open in one
 * process only, and many TCP devices serve one client, so DUTs on one line are leased together. The name says which line
 * it is, and a hash of the whole address keeps similar ones apart.
 */
export function leaseKeyOf({ address }: Pick<Dut, 'address'>): string {
  const readable = address.replaceAll(/[^A-Za-z0-9.]+/gu, '-').replaceAll(/^[-.]+|-+$/gu, '').slice(-READABLE_MAX);
  return `${readable}-${createHash('sha256').update(address).digest('hex').slice(0, 8)}`;
}
