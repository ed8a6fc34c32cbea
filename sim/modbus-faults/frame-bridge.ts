import { encodeException } from '../../hil/protocols/modbus/exception.ts';
import { BROADCAST_UNIT_ID } from '../../hil/protocols/modbus/unit-id.ts';
import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import { createAsciiEnds, newEndCharacter } from './ascii-ends.ts';
import { createFrameReader, encodeFrame } from './frame-reader.ts';
import type { Framing, ModbusMessage } from './modbus-fault.ts';
import { mayAnswer, requestFacts } from './request-facts.ts';

export interface FrameBridgeOptions {
  /** Of the device's side. */
  readonly framing: Framing;
  /** How long the device may take to answer, milliseconds. */
  readonly timeoutMs: number;
  /** Silence that ends an RTU frame of unknown length, milliseconds. */
  readonly silenceMs: number;
  readonly send: (bytes: Uint8Array) => void;
}

/** Lets clients of one framing talk to a device of another, one question at a time. */
export interface FrameBridge {
  /** @returns takes the bytes of one client. */
  addClient(framing: Framing, deliver: (bytes: Uint8Array) => void): (chunk: Uint8Array) => void;
  fromDevice(chunk: Uint8Array): void;
  stop(): void;
}

/** V1.1b3, section 7: gateway target device failed to respond. */
const TARGET_FAILED_TO_RESPOND = 0x0b;
/** Questions that wait; what exceeds them gets no answer. */
const WAITING_MAX = 64;
/** How long nothing is sent after a broadcast (Modbus over Serial Line V1.02, section 2.4.1). */
const TURNAROUND_MS = 100;

interface Question {
  readonly message: ModbusMessage;
  readonly framing: Framing;
  readonly deliver: (bytes: Uint8Array) => void;
}

/**
 * What a Modbus gateway does: the transaction id stays on the client's side, and a client on TCP gets exception 0B for
 * a device that does not answer, one on a serial line nothing.
 * @see MODBUS Messaging on TCP/IP V1.0b, section 4.4.1.2 and V1.1b3, section 7
 */
export function createFrameBridge({ framing, timeoutMs, silenceMs, send }: FrameBridgeOptions, { clock }: { readonly clock: Clock }): FrameBridge {
  const responses = createFrameReader(framing, 'response', silenceMs);
  const ends = createAsciiEnds();
  const waiting: Question[] = [];
  let asked: Question | undefined;
  let timer: Timer | undefined;
  let transactionId = 0;

  const settle = (answer: Uint8Array | undefined): void => {
    timer?.cancel();
    timer = undefined;
    const question = asked;
    asked = undefined;
    if (question !== undefined && answer !== undefined) question.deliver(encodeFrame(question.framing, { ...question.message, pdu: answer }));
    next();
  };
  const giveUp = (question: Question, isBroadcast: boolean): void => {
    const tells = question.framing === 'tcp' && !isBroadcast;
    settle(tells ? encodeException((question.message.pdu[0] ?? 0) & 0x7f, TARGET_FAILED_TO_RESPOND) : undefined);
  };
  const next = (): void => {
    const question = waiting.shift();
    if (question === undefined) return;
    asked = question;
    transactionId = (transactionId + 1) & 0xffff;
    const isBroadcast = framing !== 'tcp' && question.message.unit === BROADCAST_UNIT_ID;
    timer = clock.setTimer(isBroadcast ? TURNAROUND_MS : timeoutMs, () => giveUp(question, isBroadcast));
    const { unit, pdu } = question.message;
    const character = newEndCharacter(pdu);
    if (character !== undefined) responses.alsoEndsWith(character);
    const endCharacter = ends.endOf(unit);
    send(encodeFrame(framing, { unit, pdu, transactionId, ...(endCharacter === undefined ? {} : { endCharacter }) }));
  };
  const isAnswer = (message: ModbusMessage): boolean => {
    if (asked === undefined || message.unit !== asked.message.unit) return false;
    if (framing === 'tcp' && message.transactionId !== transactionId) return false;
    return mayAnswer(requestFacts(asked.message.unit, asked.message.pdu), message.pdu);
  };
  return {
    addClient(clientFraming, deliver) {
      const requests = createFrameReader(clientFraming, 'request', silenceMs);
      return (chunk) => {
        for (const frame of requests.push(chunk, clock.nowMs())) {
          if (frame.kind === 'raw') continue;
          const character = newEndCharacter(frame.message.pdu);
          if (character !== undefined) requests.alsoEndsWith(character);
          if (waiting.length < WAITING_MAX) waiting.push({ message: frame.message, framing: clientFraming, deliver });
        }
        if (asked === undefined) next();
      };
    },
    fromDevice(chunk) {
      for (const frame of responses.push(chunk, clock.nowMs())) {
        if (frame.kind === 'raw' || !isAnswer(frame.message)) continue;
        ends.answered(frame.message);
        settle(frame.message.pdu);
      }
    },
    stop() {
      timer?.cancel();
      waiting.length = 0;
      asked = undefined;
    },
  };
}
