import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import type { ModbusServer } from '../modbus-server.ts';

/** What the frames of a defective server travel on. */
export type DefectCarrier = 'tcp' | 'rtu' | 'ascii';

/** What a defect does to the bytes of one connection. Left out: they pass as they are. */
export interface DefectiveLink {
  /** Bytes of the client, as they arrived. @returns What the good server gets. */
  readonly incoming?: (chunk: Uint8Array) => readonly Uint8Array[];
  /** A frame of the good server. @returns What the client gets. */
  readonly outgoing?: (frame: Uint8Array) => readonly Uint8Array[];
}

/** A way in which a Modbus server breaks the standard: something put into, or before, a good one. */
export interface ModbusDefect {
  /** kebab-case: `serves-quantity-0`. */
  readonly id: string;
  /** One sentence: what the SUT seems to do. */
  readonly does: string;
  /** The defective server around the good one; fresh state for one SUT. */
  readonly server?: (good: ModbusServer) => ModbusServer;
  /** Fresh state for one SUT; the function is called for each of its connections. */
  readonly links?: (carrier: DefectCarrier) => (link: ByteLink) => DefectiveLink;
}

/** A defect of what a server answers. `answer`: the good server's own; undefined: silence. */
export function answersWrongly(id: string, does: string, make: () => (pdu: Uint8Array, answer: (pdu: Uint8Array) => Uint8Array | undefined) => Uint8Array | undefined): ModbusDefect {
  return {
    id,
    does,
    server: (good) => {
      const wrong = make();
      const server = { answer: (pdu: Uint8Array) => wrong(pdu, (asked) => good.answer(asked)) };
      return good.line === undefined ? server : { ...server, line: good.line };
    },
  };
}

/** As `answersWrongly`, for one that remembers nothing and begins with the good answer. */
export function changesAnswers(id: string, does: string, change: (pdu: Uint8Array, answer: Uint8Array, ask: (pdu: Uint8Array) => Uint8Array | undefined) => Uint8Array | undefined): ModbusDefect {
  return answersWrongly(id, does, () => (pdu, ask) => {
    const answer = ask(pdu);
    return answer === undefined ? undefined : change(pdu, answer, ask);
  });
}

/** A defect of frames on their way in. @param carriers - Where it shows. */
export function takesFramesWrongly(id: string, does: string, change: (chunk: Uint8Array, carrier: DefectCarrier) => readonly Uint8Array[]): ModbusDefect {
  return { id, does, links: (carrier) => () => ({ incoming: (chunk) => change(chunk, carrier) }) };
}

/** A defect of frames on their way out. */
export function sendsFramesWrongly(id: string, does: string, change: (frame: Uint8Array, carrier: DefectCarrier) => Uint8Array): ModbusDefect {
  return { id, does, links: (carrier) => () => ({ outgoing: (frame) => [change(frame, carrier)] }) };
}
