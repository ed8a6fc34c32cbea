import type { Clock } from '../../../hil/runtime/clock.ts';
import type { Logger } from '../../../hil/runtime/log.ts';
import type { ByteLink, LinkAddress, LinkClosed, OpenLink } from '../../../hil/transport/byte-link.ts';
import { linkClosedError } from '../../../hil/transport/link-closed-error.ts';
import { LinkInbox } from '../../../hil/transport/link-inbox.ts';
import { keepLink } from '../../modbus-faults/kept-link.ts';

/**
 * A port to serve on: it outlives its adapter. While that is unplugged what is sent is lost and nothing arrives, and the port is
 * opened again as soon as it is back. There is nobody to hold back, so `pause` lets bytes come.
 * @throws FieldproofError FP_LINK_OPEN when it cannot be opened the first time.
 */
export async function keptSerialPort(
  address: Extract<LinkAddress, { kind: 'serial' }>,
  deps: { readonly clock: Clock; readonly openLink: OpenLink; readonly log: Logger },
): Promise<ByteLink> {
  const name = `serial ${address.path}`;
  const inbox = new LinkInbox({ stop: () => undefined, start: () => undefined });
  const kept = await keepLink(address, (chunk) => inbox.accept(chunk), deps);
  let closing: Promise<void> | undefined;
  const ended = new AbortController();
  const closed = new Promise<LinkClosed>((resolve) => {
    ended.signal.addEventListener('abort', () => resolve({ error: undefined }), { once: true });
  });
  const end = async (): Promise<void> => {
    inbox.discard();
    await kept.close();
    ended.abort();
  };
  const close = (): Promise<void> => {
    closing ??= end();
    return closing;
  };
  return {
    name,
    closed,
    send: async (bytes) => {
      if (closing !== undefined) throw linkClosedError(name, 'is closed');
      // Kept until it has gone out, and the array may be reused before that.
      kept.send(Uint8Array.from(bytes));
    },
    onBytes: (receiver) => inbox.setReceiver(receiver),
    pause: () => undefined,
    resume: () => undefined,
    close,
    destroy: () => void close(),
  };
}
