import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import type { DefectCarrier, DefectiveLink } from './modbus-defect.ts';

/** Transaction id, protocol id and length of a TCP frame; the length counts what follows. */
const UNCOUNTED_BYTES = 6;

/** A link as the good server sees it, with the defect between it and the client. */
export function defectiveLink(link: ByteLink, carrier: DefectCarrier, { incoming, outgoing }: DefectiveLink): ByteLink {
  return {
    name: link.name,
    closed: link.closed,
    send: async (bytes) => {
      if (outgoing === undefined) return link.send(bytes);
      const frames = carrier === 'tcp' ? tcpFrames(bytes) : [bytes];
      const changed = frames.flatMap((frame) => outgoing(frame));
      return changed.length === 0 ? undefined : link.send(Uint8Array.from(Buffer.concat(changed)));
    },
    onBytes: (receiver) => link.onBytes(incoming === undefined ? receiver : (chunk) => incoming(chunk).forEach((changed) => receiver(changed))),
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: () => link.close(),
    destroy: () => link.destroy(),
  };
}

/** The frames of a chunk; a rest that is no whole frame is the last. */
export function tcpFrames(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let start = 0;
  while (start < bytes.length) {
    const byteCount = UNCOUNTED_BYTES + (((bytes[start + 4] ?? 0) << 8) | (bytes[start + 5] ?? 0));
    frames.push(bytes.slice(start, start + byteCount));
    start += byteCount;
  }
  return frames;
}
