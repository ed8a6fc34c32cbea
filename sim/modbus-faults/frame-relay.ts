import { rtuTiming } from '../../hil/protocols/modbus/rtu-timing.ts';
import { BROADCAST_UNIT_ID } from '../../hil/protocols/modbus/unit-id.ts';
import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import type { LineFaults } from './active-modbus-faults.ts';
import { createAsciiEnds, newEndCharacter } from './ascii-ends.ts';
import { createFrameReader, encodeFrame, type FrameReader, type ReadFrame } from './frame-reader.ts';
import type { FrameDirection, Framing, ModbusMessage, Piece, RequestOutcome } from './modbus-fault.ts';
import { createPendingRequests } from './pending-requests.ts';
import { requestFacts, type RequestFacts } from './request-facts.ts';
import { createTransmitter } from './transmitter.ts';

/** Pseudo-terminals and USB adapters tear frames apart; a silence below this is not yet the end of one, milliseconds. */
const CARRIER_GAP_MS = 20;

/** The two sides of a relay. */
export interface RelayEnds {
  readonly toClient: (bytes: Uint8Array) => void;
  readonly toDevice: (bytes: Uint8Array) => void;
}

/** Carries the frames of one line between a client and its device, and lets the faults of the line act on them. */
export interface FrameRelay {
  fromClient(chunk: Uint8Array): void;
  fromDevice(chunk: Uint8Array): void;
  /**
   * Puts a request of our own to the device, through the faults, without the client hearing of it. Serial lines only:
   * on TCP a connection of one's own does it better.
   * @returns The response PDU; undefined when none came in time.
   */
  ask(unit: number, pdu: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined>;
  /** Forgets what waits and stops its timers; it carries nothing more. */
  stop(): void;
}

/**
 * Requests pass `onRequest`, then the `onBytes` of their way out; responses pass `onResponse` and `onBytes`. Bytes that
 * are no frame pass as they are. A frame is passed on when it is complete, so the relay adds no time of its own.
 * The frame of a fault that answers in the device's place meets the faults of responses too. In ASCII mode a frame goes out
 * with the end it came with, which FC 08 sub-function 3 may have changed for its unit.
 */
export function createFrameRelay(faults: LineFaults, ends: RelayEnds, { clock }: { readonly clock: Clock }): FrameRelay {
  const { framing, serial } = faults.line;
  const silenceMs = Math.max(CARRIER_GAP_MS, serial === undefined ? 0 : rtuTiming(serial.baudRate).silenceMs);
  const pending = createPendingRequests(framing);
  const frameEnds = createAsciiEnds();
  const isStream = framing === 'tcp';
  const out = { request: createTransmitter(clock, ends.toDevice, isStream), response: createTransmitter(clock, ends.toClient, isStream) };
  let isStopped = false;

  const transmit = (direction: FrameDirection, bytes: Uint8Array, facts: RequestFacts): void => {
    if (!out[direction].send(throughFaults(faults, direction, framing, bytes, facts))) faults.counters.lost += 1;
  };
  const respond = (message: ModbusMessage, facts: RequestFacts, asked?: (pdu: Uint8Array) => void): void => {
    faults.counters.responses += 1;
    const altered = answeredThrough(faults, message, facts);
    if (altered === undefined) return;
    if (asked === undefined) transmit('response', encodeFrame(framing, altered), facts);
    else asked(altered.pdu);
  };
  const request = (message: ModbusMessage, asked?: (pdu: Uint8Array) => void): void => {
    faults.counters.requests += 1;
    // Whether the device takes it or not: who is accepted too much does no harm.
    const character = newEndCharacter(message.pdu);
    if (character !== undefined) for (const reading of [requests, responses]) reading.alsoEndsWith(character);
    const facts = requestFacts(message.unit, message.pdu);
    const bytes = encodeFrame(framing, message);
    if (asked === undefined) echoTo(faults, bytes, facts, (pieces) => void out.response.send(pieces));
    const outcome = askedThrough(faults, message, facts);
    if (outcome?.kind === 'dropped') return;
    if (outcome?.kind === 'answered') {
      respond({ ...message, pdu: outcome.pdu }, facts, asked);
      return;
    }
    if (isStream || message.unit !== BROADCAST_UNIT_ID) pending.add(message, facts, asked);
    transmit('request', bytes, facts);
  };
  const response = (message: ModbusMessage): void => {
    frameEnds.answered(message);
    const found = pending.take(message);
    respond(message, found?.facts ?? { unit: message.unit, functionCode: (message.pdu[0] ?? 0) & 0x7f, range: undefined }, found?.asked);
  };
  const requests = createReading(clock, createFrameReader(framing, 'request', silenceMs), (frame) =>
    frame.kind === 'frame' ? request(frame.message) : void out.request.send([{ bytes: frame.bytes, afterMs: 0 }]),
  );
  const responses = createReading(clock, createFrameReader(framing, 'response', silenceMs), (frame) =>
    frame.kind === 'frame' ? response(frame.message) : void out.response.send([{ bytes: frame.bytes, afterMs: 0 }]),
  );
  return {
    fromClient: (chunk) => {
      if (!isStopped) requests.push(chunk);
    },
    fromDevice: (chunk) => {
      if (!isStopped) responses.push(chunk);
    },
    ask: (unit, pdu, timeoutMs) =>
      new Promise((resolve) => {
        const timer = clock.setTimer(timeoutMs, () => resolve(undefined));
        const endCharacter = frameEnds.endOf(unit);
        request({ unit, pdu, transactionId: undefined, ...(endCharacter === undefined ? {} : { endCharacter }) }, (answer) => {
          timer.cancel();
          resolve(answer);
        });
      }),
    stop: () => {
      isStopped = true;
      for (const part of [requests, responses, out.request, out.response]) part.stop();
    },
  };
}

interface Reading extends Pick<FrameReader, 'alsoEndsWith'> {
  push(chunk: Uint8Array): void;
  stop(): void;
}

/** A reader with the timer that it needs. */
function createReading(clock: Clock, reader: FrameReader, take: (frame: ReadFrame) => void): Reading {
  let timer: Timer | undefined;
  const rearm = (): void => {
    timer?.cancel();
    timer = undefined;
    const dueMs = reader.dueMs();
    if (dueMs === undefined) return;
    timer = clock.setTimer(Math.max(0, dueMs - clock.nowMs()), () => {
      for (const frame of reader.tick(clock.nowMs())) take(frame);
      rearm();
    });
  };
  return {
    push: (chunk) => {
      for (const frame of reader.push(chunk, clock.nowMs())) take(frame);
      rearm();
    },
    alsoEndsWith: (character) => reader.alsoEndsWith(character),
    stop: () => timer?.cancel(),
  };
}

function askedThrough(faults: LineFaults, message: ModbusMessage, facts: RequestFacts): RequestOutcome | undefined {
  for (const { fault, hit } of faults.active()) {
    const effect = fault.onRequest?.(message, facts);
    if (effect === undefined) continue;
    hit(facts, effect.what);
    return effect.outcome;
  }
  return undefined;
}

function answeredThrough(faults: LineFaults, message: ModbusMessage, facts: RequestFacts): ModbusMessage | undefined {
  let current = message;
  for (const { fault, hit } of faults.active()) {
    const effect = fault.onResponse?.(current, facts);
    if (effect === undefined) continue;
    hit(facts, effect.what);
    if (effect.outcome === undefined) return undefined;
    current = effect.outcome;
  }
  return current;
}

function throughFaults(faults: LineFaults, direction: FrameDirection, framing: Framing, bytes: Uint8Array, facts: RequestFacts): readonly Piece[] {
  let pieces: readonly Piece[] = [{ bytes, afterMs: 0 }];
  for (const { fault, hit } of faults.active()) {
    const effect = fault.onBytes?.({ direction, framing, pieces }, facts);
    if (effect === undefined) continue;
    hit(facts, effect.what);
    pieces = effect.outcome;
  }
  return pieces;
}

function echoTo(faults: LineFaults, request: Uint8Array, facts: RequestFacts, send: (pieces: readonly Piece[]) => void): void {
  for (const { fault, hit } of faults.active()) {
    const effect = fault.onEcho?.(request, facts);
    if (effect === undefined) continue;
    hit(facts, effect.what);
    send(effect.outcome);
  }
}
