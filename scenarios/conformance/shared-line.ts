import type { ByteLink, LinkClosed } from '../../hil/transport/byte-link.ts';

/** One serial port for all cases of a run: opening it for each would toggle its control lines and disturb the device. */
export interface SharedLine {
  /** A link of its own on the open line; closing it leaves the line open. It hears what arrives from now on. */
  readonly attach: () => Promise<ByteLink>;
  readonly stop: () => Promise<void>;
}

/** @param open - Opens the line; called again when the line was lost. Its errors are those of `attach`. */
export function sharedLine(open: () => Promise<ByteLink>): SharedLine {
  const receivers = new Set<(chunk: Uint8Array) => void>();
  let line: Promise<ByteLink> | undefined;
  const opened = async (): Promise<ByteLink> => {
    const link = await open();
    link.onBytes((chunk) => {
      for (const receive of receivers) receive(chunk);
    });
    void link.closed.then(() => (line = undefined));
    return link;
  };
  const attach = async (): Promise<ByteLink> => {
    line ??= opened();
    try {
      return attached(await line, receivers);
    } catch (cause) {
      line = undefined;
      throw cause;
    }
  };
  return {
    attach,
    stop: async () => {
      const link = await line?.catch(() => undefined);
      await link?.close();
    },
  };
}

/** One user of the line. */
function attached(line: ByteLink, receivers: Set<(chunk: Uint8Array) => void>): ByteLink {
  let receive: ((chunk: Uint8Array) => void) | undefined;
  const left = new AbortController();
  const leaving = new Promise<LinkClosed>((resolve) => left.signal.addEventListener('abort', () => resolve({ error: undefined })));
  const detach = (): void => {
    if (receive !== undefined) receivers.delete(receive);
    left.abort();
  };
  return {
    name: line.name,
    closed: Promise.race([leaving, line.closed]),
    send: (bytes) => line.send(bytes),
    onBytes: (receiver) => {
      if (receive !== undefined) receivers.delete(receive);
      receive = receiver;
      receivers.add(receiver);
    },
    pause: () => undefined,
    resume: () => undefined,
    close: async () => detach(),
    destroy: detach,
  };
}
