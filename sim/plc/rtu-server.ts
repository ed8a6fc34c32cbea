import { functionCodeEntry } from '../../hil/protocols/modbus/function-code.ts';
import { createRtuFramer, type RtuFrame, type RtuFramerEvent } from '../../hil/protocols/modbus/rtu-framer.ts';
import { rtuLineTimeMs, rtuTiming } from '../../hil/protocols/modbus/rtu-timing.ts';
import { encodeRtu } from '../../hil/protocols/modbus/rtu.ts';
import { BROADCAST_UNIT_ID } from '../../hil/protocols/modbus/unit-id.ts';
import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { ModbusServer } from './modbus-server.ts';

/** Requests that may stand in the client's transmit buffer while the line is taken; what exceeds it is lost. */
const WAITING_FRAMES_MAX = 8;
/**
 * A pseudo-terminal under load tears a frame apart by more than t3.5, so its end is taken from length and CRC, and
 * silence counts only from this length on, milliseconds.
 */
const CARRIER_GAP_MS = 20;

export interface RtuServerOptions {
  /** Bits per second; with 11 bits a character it sets how long every frame takes. */
  readonly baudRate: number;
  /** The devices of this multidrop line by unit id, 1 to 247. */
  readonly units: ReadonlyMap<number, ModbusServer>;
}

export interface RtuServerDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

export interface RtuServer {
  /** Answers nothing more; the link stays open. */
  stop(): void;
}

/**
 * Serves several units on one serial line.
 *
 * - A frame with a wrong CRC, or for a unit that is not here, gets silence. A write to unit 0 is executed by every unit
 *   and answered by none; another broadcast is ignored.
 * - The link hands over a frame at once, so the time a line would take is kept here: a request is carried out when its
 *   last bit and t3.5 would have passed, the response leaves when its last bit would have arrived, and t3.5 later the
 *   line is free. Requests that come earlier wait their turn. Above 19,200 baud the rate is approximate, because timers
 *   have steps of a millisecond.
 * @see Modbus over Serial Line V1.02, section 2.1, 2.4.2, 2.5.1
 */
export function serveRtu(link: ByteLink, options: RtuServerOptions, deps: RtuServerDeps): RtuServer {
  const { clock, log } = deps;
  const { silenceMs } = rtuTiming(options.baudRate);
  const framer = createRtuFramer({ framing: 'length', direction: 'request', silenceMs: Math.max(silenceMs, CARRIER_GAP_MS) });
  const waiting: RtuFrame[] = [];
  let lineFreeMs = 0;
  let turn: Timer | undefined;
  let silence: Timer | undefined;
  let isStopped = false;

  const at = (instantMs: number, action: () => void): void => {
    turn = clock.setTimer(Math.max(0, instantMs - clock.nowMs()), action);
  };
  const next = (): void => {
    turn = undefined;
    const frame = waiting.shift();
    if (frame === undefined) return;
    const heardMs = Math.max(frame.atMs, lineFreeMs) + rtuLineTimeMs(frame.byteCount, options.baudRate) + silenceMs;
    lineFreeMs = heardMs;
    at(heardMs, () => {
      const response = carryOut(options.units, frame);
      if (response === undefined) next();
      else transmit(response, heardMs);
    });
  };
  const transmit = (response: Uint8Array, startMs: number): void => {
    const endMs = startMs + rtuLineTimeMs(response.length, options.baudRate);
    lineFreeMs = endMs + silenceMs;
    at(endMs, () => {
      // A line that closes meanwhile has no client to miss the response.
      link.send(response).catch((cause: unknown) => log.debug('a response found its serial line closed', { cause: String(cause) }));
      next();
    });
  };
  const take = (events: readonly RtuFramerEvent[]): void => {
    for (const event of events) {
      if (event.kind === 'corrupt') log.debug('bytes that are no frame on a serial line', { byteCount: event.bytes.length });
      else if (!isAddressed(options.units, event.unitId)) continue;
      else if (waiting.length >= WAITING_FRAMES_MAX) log.warn('a request was lost on a busy serial line', { unit: event.unitId });
      else waiting.push(event);
    }
    if (turn === undefined) next();
  };
  const watchSilence = (): void => {
    silence?.cancel();
    const dueMs = framer.dueMs();
    if (dueMs === undefined) return;
    silence = clock.setTimer(Math.max(0, dueMs - clock.nowMs()), () => {
      take(framer.tick(clock.nowMs()));
      watchSilence();
    });
  };
  link.onBytes((chunk) => {
    if (isStopped) return;
    take(framer.push(chunk, clock.nowMs()));
    watchSilence();
  });
  const stop = (): void => {
    isStopped = true;
    turn?.cancel();
    silence?.cancel();
    waiting.length = 0;
  };
  void link.closed.then(stop);
  return { stop };
}

function isAddressed(units: ReadonlyMap<number, ModbusServer>, unitId: number): boolean {
  return unitId === BROADCAST_UNIT_ID || units.has(unitId);
}

/** @returns The response frame, or undefined where silence is the answer. */
function carryOut(units: ReadonlyMap<number, ModbusServer>, { unitId, pdu }: RtuFrame): Uint8Array | undefined {
  if (unitId !== BROADCAST_UNIT_ID) {
    const response = units.get(unitId)?.answer(pdu);
    return response && encodeRtu(unitId, response);
  }
  if (functionCodeEntry(pdu[0] ?? 0)?.writes === true) for (const server of units.values()) server.answer(pdu);
  return undefined;
}
