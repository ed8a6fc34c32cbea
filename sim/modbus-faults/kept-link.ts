import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import { messageOf } from '../../hil/runtime/errors.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { ByteLink, LinkAddress, OpenLink } from '../../hil/transport/byte-link.ts';

/** A link that is opened again whenever it closes: an adapter may be unplugged, a device may restart. */
export interface KeptLink {
  /** What is sent while it is down is lost. */
  send(bytes: Uint8Array): void;
  close(): Promise<void>;
}

const REOPEN_MS = 500;

/**
 * Opens the link and keeps it open.
 * @throws FieldproofError FP_LINK_OPEN when it cannot be opened the first time.
 */
export async function keepLink(
  address: LinkAddress,
  onBytes: (chunk: Uint8Array) => void,
  { clock, openLink, log }: { readonly clock: Clock; readonly openLink: OpenLink; readonly log: Logger },
): Promise<KeptLink> {
  const ending = new AbortController();
  let link: ByteLink | undefined = await openLink(address);
  link.onBytes(onBytes);
  const keep = async (): Promise<void> => {
    for (;;) {
      const closed = await link?.closed;
      link = undefined;
      if (ending.signal.aborted) return;
      if (closed !== undefined) log.warn('a link is down; it is opened again', { reason: closed.error?.message ?? 'closed by the other side' });
      await sleep(clock, REOPEN_MS, ending.signal);
      if (ending.signal.aborted) return;
      link = await reopened();
      link?.onBytes(onBytes);
    }
  };
  const reopened = async (): Promise<ByteLink | undefined> => {
    try {
      return await openLink(address, ending.signal);
    } catch (cause) {
      log.debug('the link could not be opened yet', { reason: messageOf(cause) });
      return undefined;
    }
  };
  const kept = keep();
  return {
    send: (bytes) => {
      // A link that closes meanwhile loses what was on its way, and is opened again.
      link?.send(bytes).catch(() => undefined);
    },
    async close() {
      ending.abort();
      link?.destroy();
      await kept;
    },
  };
}
