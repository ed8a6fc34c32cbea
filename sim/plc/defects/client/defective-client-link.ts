import type { Clock } from '../../../../hil/runtime/clock.ts';
import type { ByteLink } from '../../../../hil/transport/byte-link.ts';
import { aduIn, type ClientCarrier } from './client-adu.ts';
import type { ClientDefect, ClientTools, SentRequest } from './client-defect.ts';

/** Requests that are remembered as unanswered. */
const UNANSWERED_MAX = 64;

/**
 * The link of a good client with the defect between it and the line. The client sends a frame at a time; what arrives is
 * given to the defect chunk by chunk.
 */
export function defectiveClientLink(link: ByteLink, carrier: ClientCarrier, { onConnection }: ClientDefect, clock: Clock): ByteLink {
  const unanswered: SentRequest[] = [];
  let receiver: ((chunk: Uint8Array) => void) | undefined;
  const tools: ClientTools = {
    carrier,
    toServer: (bytes) => void link.send(bytes).catch(() => undefined),
    toClient: (bytes) => receiver?.(bytes),
    later: (ms, callback) => void clock.setTimer(ms, callback),
    nowMs: () => clock.nowMs(),
    end: () => link.destroy(),
    unanswered,
  };
  const connection = onConnection?.(tools) ?? {};
  const forget = (chunk: Uint8Array): void => {
    const answer = aduIn(carrier, chunk);
    if (answer === undefined) return;
    const index = unanswered.findIndex(({ transactionId }) => carrier !== 'tcp' || transactionId === answer.transactionId);
    if (index >= 0) unanswered.splice(0, carrier === 'tcp' ? 0 : index + 1);
    if (index >= 0 && carrier === 'tcp') unanswered.splice(index, 1);
  };
  return {
    name: link.name,
    closed: link.closed,
    send: async (bytes) => {
      const adu = aduIn(carrier, bytes);
      if (adu === undefined) return link.send(bytes);
      const request: SentRequest = { ...adu, pdu: adu.pdu.slice(), bytes: bytes.slice(), sentMs: clock.nowMs() };
      unanswered.push(request);
      if (unanswered.length > UNANSWERED_MAX) unanswered.shift();
      for (const frame of connection.onRequest?.(request) ?? [request.bytes]) await link.send(frame);
      return undefined;
    },
    onBytes: (taken) => {
      receiver = taken;
      link.onBytes((chunk) => {
        for (const changed of connection.onAnswer?.(chunk) ?? [chunk]) {
          taken(changed);
          forget(changed);
        }
      });
    },
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: () => link.close(),
    destroy: () => link.destroy(),
  };
}
