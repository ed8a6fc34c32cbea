import type { Clock } from '../runtime/clock.ts';
import { FieldproofError } from '../runtime/errors.ts';
import type { ByteLink, LinkAddress, OpenLink } from './byte-link.ts';
import { openSerial } from './serial-link.ts';
import { connectTcp } from './tcp-link.ts';

export interface OpenLinkDeps {
  readonly clock: Clock;
  /** Longest wait for a TCP connection, milliseconds. */
  readonly timeoutMs: number;
}

/**
 * The opener of real links, to be handed to the parts that need one.
 * @returns A function that throws FieldproofError FP_LINK_OPEN.
 */
export function createOpenLink(deps: OpenLinkDeps): OpenLink {
  return (address, signal) => openLink(address, deps, signal);
}

function openLink(address: LinkAddress, deps: OpenLinkDeps, signal: AbortSignal | undefined): Promise<ByteLink> {
  return address.kind === 'tcp' ? connectTcp(address, deps, signal) : openSerialUnlessCancelled(address, signal);
}

/** Opening a serial port cannot be cancelled, but a port that nobody waits for any more must not stay held. */
async function openSerialUnlessCancelled(
  address: Extract<LinkAddress, { kind: 'serial' }>,
  signal: AbortSignal | undefined,
): Promise<ByteLink> {
  const refuseIfCancelled = (): void => {
    if (signal?.aborted === true) throw new FieldproofError('FP_LINK_OPEN', `opening serial ${address.path} was cancelled`);
  };
  refuseIfCancelled();
  const link = await openSerial(address.path, address.line);
  try {
    refuseIfCancelled();
    return link;
  } catch (cancelled) {
    await link.close();
    throw cancelled;
  }
}
