import type { Framing, ModbusMessage } from './modbus-fault.ts';
import { mayAnswer, type RequestFacts } from './request-facts.ts';

/** A request that the device has, and may answer. */
export interface PendingRequest {
  readonly unit: number;
  readonly transactionId: number | undefined;
  readonly facts: RequestFacts;
  /** Takes the answer to a request of our own; undefined for one of the client. */
  readonly asked: ((pdu: Uint8Array) => void) | undefined;
}

/** What the device was asked and has not answered yet. */
export interface PendingRequests {
  add(message: ModbusMessage, facts: RequestFacts, asked: PendingRequest['asked']): void;
  /** The request that a response belongs to, which is then no longer pending; undefined when none fits. */
  take(message: ModbusMessage): PendingRequest | undefined;
}

/** Requests remembered at once; the oldest is forgotten. */
const PENDING_MAX = 4_096;

/**
 * On TCP by transaction id. A serial line has none: the oldest that fits in unit id, function code and length. There a
 * client asks one thing at a time, so its new request means that it has given up the one before.
 */
export function createPendingRequests(framing: Framing): PendingRequests {
  let pending: PendingRequest[] = [];
  const fits = (candidate: PendingRequest, { unit, pdu, transactionId }: ModbusMessage): boolean =>
    framing === 'tcp' ? candidate.transactionId === transactionId : candidate.unit === unit && mayAnswer(candidate.facts, pdu);
  return {
    add({ unit, transactionId }, facts, asked) {
      if (framing !== 'tcp' && asked === undefined) pending = pending.filter((candidate) => candidate.asked !== undefined);
      if (pending.length >= PENDING_MAX) pending.shift();
      pending.push({ unit, transactionId, facts, asked });
    },
    take(message) {
      const found = pending.find((candidate) => fits(candidate, message));
      if (found !== undefined) pending.splice(pending.indexOf(found), 1);
      return found;
    },
  };
}
