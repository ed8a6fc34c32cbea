import type { Clock } from '../../../hil/runtime/clock.ts';
import type { Logger } from '../../../hil/runtime/log.ts';
import type { ByteLink, LinkAddress, OpenLink } from '../../../hil/transport/byte-link.ts';
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
  let settleClosed: () => void = () => undefined;
  const closed = new Promise<{ readonly error: undefined }>((resolve) => {
    settleClosed = () => resolve({ error: undefined });
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    isClosed = true;
    inbox.discard();
    await kept.close();
    settleClosed();
  };
  return {
    name,
    closed,
    send: async (bytes) => {
      if (isClosed) throw linkClosedError(name, 'is closed');
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
