import type { Adu, ClientCarrier } from './client-adu.ts';

/** What a defect can do on a connection at any time. */
export interface ClientTools {
  readonly carrier: ClientCarrier;
  readonly toServer: (bytes: Uint8Array) => void;
  readonly toClient: (bytes: Uint8Array) => void;
  readonly later: (ms: number, callback: () => void) => void;
  readonly nowMs: () => number;
  /** Ends the connection on both sides. */
  readonly end: () => void;
  /** Requests of the client that no answer has passed for, the oldest first. */
  readonly unanswered: readonly SentRequest[];
}

/** A request on its way. */
export interface SentRequest extends Adu {
  readonly bytes: Uint8Array;
  readonly sentMs: number;
}

/** What a defect does on one connection. What it returns goes on in place of what came; left out: all passes as it came. */
export interface DefectiveClientConnection {
  readonly onRequest?: (request: SentRequest) => readonly Uint8Array[];
  readonly onAnswer?: (chunk: Uint8Array) => readonly Uint8Array[];
}

/**
 * A way in which a Modbus client breaks the standard: it stands between a good client and its line, and changes, repeats,
 * swallows or mends what passes.
 */
export interface ClientDefect {
  /** kebab-case. */
  readonly id: string;
  /** One sentence: what the client seems to do. */
  readonly does: string;
  readonly onConnection?: (tools: ClientTools) => DefectiveClientConnection;
  /** After a connection that ended in this way it opens no other. */
  readonly staysAway?: 'closed' | 'cut';
  /** It opens the next connection at once. */
  readonly hasNoPause?: boolean;
}

/** A defect that changes requests. @returns The frames in place of each. */
export function changesRequests(id: string, does: string, change: (request: SentRequest, tools: ClientTools) => readonly Uint8Array[]): ClientDefect {
  return { id, does, onConnection: (tools) => ({ onRequest: (request) => change(request, tools) }) };
}

/** Whether an answer has the function code and the length that a read asks for. */
export function fitsRead(pdu: Uint8Array, { pdu: request }: Pick<Adu, 'pdu'>): boolean {
  const functionCode = request[0] ?? 0;
  if (pdu[0] !== functionCode || functionCode < 1 || functionCode > 4) return false;
  const quantity = ((request[3] ?? 0) << 8) | (request[4] ?? 0);
  return pdu.length === 2 + (functionCode <= 2 ? Math.ceil(quantity / 8) : quantity * 2);
}

/** A defect that changes what it hears. `last`: the request with the transaction id that came, else the newest without answer. */
export function changesAnswers(id: string, does: string, change: (chunk: Uint8Array, last: SentRequest, tools: ClientTools) => readonly Uint8Array[]): ClientDefect {
  return {
    id,
    does,
    onConnection: (tools) => ({
      onAnswer: (chunk) => {
        const answered = ((chunk[0] ?? 0) << 8) | (chunk[1] ?? 0);
        const named = tools.carrier === 'tcp' ? tools.unanswered.find(({ transactionId }) => transactionId === answered) : undefined;
        const last = named ?? tools.unanswered.at(-1);
        return last === undefined ? [chunk] : change(chunk, last, tools);
      },
    }),
  };
}
