import { FieldproofError } from '../../hil/runtime/errors.ts';

/** The whole of 127.0.0.0/8 belongs to the machine itself (RFC 1122, section 3.2.1.3); on Linux all of it can be connected to. */
const LOOPBACK_FIRST = 0x7f00_0001;
const LOOPBACK_LAST = 0x7fff_fffe;

/** A run of loopback addresses, one for each device: device 0 has the first, the next ones follow on. */
export interface LoopbackRange {
  /** @param index - 0 to count - 1. */
  hostOf(index: number): string;
  /** @returns The index of the device at an address, written as four numbers; undefined when it is none of the range. */
  indexOf(host: string): number | undefined;
}

/**
 * @param firstHost - IPv4 address of the first device, from 127.0.0.1 on.
 * @throws FieldproofError FP_LIMIT when the range is not within 127.0.0.1 to 127.255.255.254.
 */
export function loopbackRange(firstHost: string, count: number): LoopbackRange {
  const first = numberOf(firstHost);
  if (first === undefined || first < LOOPBACK_FIRST || first + count - 1 > LOOPBACK_LAST) {
    throw new FieldproofError('FP_LIMIT', `${count} addresses from ${firstHost} on are not within 127.0.0.1 to 127.255.255.254`);
  }
  return {
    hostOf: (index) => textOf(first + index),
    indexOf: (host) => {
      const index = (numberOf(host) ?? 0) - first;
      return index >= 0 && index < count ? index : undefined;
    },
  };
}

/** Splits by hand: this runs for each connection. */
function numberOf(host: string): number | undefined {
  const parts = host.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/u.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

function textOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}
