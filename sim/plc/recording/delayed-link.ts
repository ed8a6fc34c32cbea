import { sleep, type Clock } from '../../../hil/runtime/clock.ts';
import type { ByteLink } from '../../../hil/transport/byte-link.ts';

/** A link whose sends leave later, in their order: a device that takes its time to answer. @param drawMs - The delay of the next send. */
export function delayedLink(link: ByteLink, drawMs: () => number, clock: Clock): ByteLink {
  let last: Promise<void> = Promise.resolve();
  const sendLater = async (before: Promise<void>, bytes: Uint8Array, delayMs: number): Promise<void> => {
    await before;
    await sleep(clock, delayMs);
    await link.send(bytes);
  };
  return {
    name: link.name,
    closed: link.closed,
    send: (bytes) => {
      // The caller may reuse its array when the promise resolves, not before: no copy is needed.
      const sending = sendLater(last, bytes, drawMs());
      last = sending.catch(() => undefined);
      return sending;
    },
    onBytes: (receiver) => link.onBytes(receiver),
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: async () => {
      await last;
      await link.close();
    },
    destroy: () => link.destroy(),
  };
}
