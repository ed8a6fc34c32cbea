import { createPacketCutter } from '../../../hil/protocols/mqtt/packet-cutter.ts';
import type { ByteLink } from '../../../hil/transport/byte-link.ts';

/** The link of a server that cuts the connection when a chunk of it, as a WebSocket gives them, is not exactly one packet. */
export function onePacketInAFrame(link: ByteLink): ByteLink {
  return {
    name: link.name,
    closed: link.closed,
    send: (bytes) => link.send(bytes),
    onBytes: (receiver) => {
      link.onBytes((chunk) => {
        if (isOnePacket(chunk)) receiver(chunk);
        else link.destroy();
      });
    },
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: () => link.close(),
    destroy: () => link.destroy(),
  };
}

function isOnePacket(chunk: Uint8Array): boolean {
  const cutter = createPacketCutter();
  return cutter.push(chunk).length === 1 && cutter.takeRest().length === 0;
}
