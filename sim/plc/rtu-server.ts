import { createRtuFramer, type RtuFramerEvent } from '../../hil/protocols/modbus/rtu-framer.ts';
import { rtuLineTimeMs, rtuTiming } from '../../hil/protocols/modbus/rtu-timing.ts';
import { encodeRtu } from '../../hil/protocols/modbus/rtu.ts';
import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { ModbusServer } from './modbus-server.ts';
import { createSerialTurns } from './serial-turns.ts';
import { serialUnits } from './serial-units.ts';

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
  /**
   * `length` (default): a frame ends where its function code says and its CRC agrees, for carriers that join frames and tear
   * them apart. `silence`: a frame is what stands between two silences, as the standard has it; for a link that keeps time.
   */
  readonly framing?: 'length' | 'silence';
  /**
   * `instant` (default): the link hands a frame over at once, so the server waits out the time a line would take. `paced`: the
   * link delivers a frame when its last bit would have arrived, and the server keeps only the silence between frames.
   */
  readonly carrier?: 'instant' | 'paced';
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
 * - On an instant link the time a line would take is kept here (`createSerialTurns`). Requests that come earlier wait
 *   their turn. Above 19,200 baud the rate is approximate, because timers have steps of a millisecond.
 * @see Modbus over Serial Line V1.02, section 2.1, 2.4.2, 2.5.1
 */
export function serveRtu(link: ByteLink, options: RtuServerOptions, deps: RtuServerDeps): RtuServer {
  const { clock, log } = deps;
  const { baudRate, framing = 'length', carrier = 'instant' } = options;
  const { silenceMs } = rtuTiming(baudRate);
  const gapMs = framing === 'silence' ? silenceMs : Math.max(silenceMs, CARRIER_GAP_MS);
  const framer = createRtuFramer({ framing, direction: 'request', silenceMs: gapMs });
  const units = serialUnits(options.units);
  const lineTimeMs = carrier === 'paced' ? () => 0 : (byteCount: number) => rtuLineTimeMs(byteCount, baudRate);
  const turns = createSerialTurns(link, { lineTimeMs, silenceMs }, deps);
  let silence: Timer | undefined;
  let isStopped = false;

  const take = (events: readonly RtuFramerEvent[]): void => {
    for (const event of events) {
      if (event.kind === 'corrupt') {
        log.debug('bytes that are no frame on a serial line', { byteCount: event.bytes.length });
        units.disturbed('check-error');
        continue;
      }
      const { unitId, pdu, atMs, byteCount } = event;
      if (!units.isAddressed(unitId)) continue;
      const carryOut = (): Uint8Array | undefined => {
        const response = units.carryOut(unitId, pdu);
        return response && encodeRtu(unitId, response);
      };
      if (turns.take({ atMs, byteCount, carryOut })) continue;
      log.warn('a request was lost on a busy serial line', { unit: unitId });
      units.disturbed('overrun');
    }
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
    turns.stop();
    silence?.cancel();
  };
  void link.closed.then(stop);
  return { stop };
}
