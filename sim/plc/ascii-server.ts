import { createAsciiFramer, type AsciiFramer, type AsciiFramerEvent } from '../../hil/protocols/modbus/ascii-framer.ts';
import { ASCII_LINE_FEED, encodeAscii } from '../../hil/protocols/modbus/ascii.ts';
import { asciiLineTimeMs } from '../../hil/protocols/modbus/ascii-timing.ts';
import type { UnitId } from '../../hil/protocols/modbus/unit-id.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { ModbusServer } from './modbus-server.ts';
import { createSerialTurns } from './serial-turns.ts';
import { serialUnits, type SerialUnits } from './serial-units.ts';

export interface AsciiServerOptions {
  /** Bits per second; with 10 bits a character it sets how long every frame takes. */
  readonly baudRate: number;
  /** The devices of this multidrop line by unit id, 1 to 247. */
  readonly units: ReadonlyMap<number, ModbusServer>;
  /** Longest gap between two characters of a frame, milliseconds; the standard's default is 1000. */
  readonly gapMsMax?: number;
  /** As for RTU: whether the link hands frames over at once (default), or when a line would have. */
  readonly carrier?: 'instant' | 'paced';
}

export interface AsciiServerDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

export interface AsciiServer {
  /** Answers nothing more; the link stays open. */
  stop(): void;
}

/** Units that hear the same end of a frame share a framer. */
interface Ear {
  readonly framer: AsciiFramer;
  units: SerialUnits;
}

/**
 * Serves several units on one serial line in ASCII mode.
 *
 * - A frame with a wrong LRC, a character that is no digit, or for a unit that is not here gets silence; broadcasts are
 *   treated as in RTU mode.
 * - FC 08 sub-function 3 changes what ends a frame for one unit, from its next message on, in both directions; the other
 *   units keep theirs and take its frames for disturbances.
 * @see Modbus over Serial Line V1.02, section 2.1, 2.5.2
 */
export function serveAscii(link: ByteLink, options: AsciiServerOptions, deps: AsciiServerDeps): AsciiServer {
  const { clock, log } = deps;
  const { baudRate, carrier = 'instant' } = options;
  const lineTimeMs = carrier === 'paced' ? () => 0 : (characters: number) => asciiLineTimeMs(characters, baudRate);
  const turns = createSerialTurns(link, { lineTimeMs, silenceMs: 0 }, deps);
  const ears = new Map<number, Ear>();
  let isStopped = false;

  /** Gathers the units by what ends their frames; a framer stays as long as a unit listens with it. */
  const gather = (): void => {
    const byEnd = new Map<number, Map<number, ModbusServer>>();
    for (const [unit, server] of options.units) {
      const end = endOf(server);
      byEnd.set(end, (byEnd.get(end) ?? new Map<number, ModbusServer>()).set(unit, server));
    }
    for (const end of ears.keys()) if (!byEnd.has(end)) ears.delete(end);
    for (const [end, members] of byEnd) {
      const ear = ears.get(end);
      if (ear === undefined) ears.set(end, { framer: framerFor(end, options), units: serialUnits(members) });
      else ear.units = serialUnits(members);
    }
  };
  const carryOut = (ear: Ear, unitId: UnitId, pdu: Uint8Array): Uint8Array | undefined => {
    const server = options.units.get(unitId);
    const end = server === undefined ? undefined : endOf(server);
    const response = ear.units.carryOut(unitId, pdu);
    if (server !== undefined && endOf(server) !== end) gather();
    return response && encodeAscii(unitId, response, end);
  };
  const take = (ear: Ear, events: readonly AsciiFramerEvent[], atMs: number): void => {
    for (const event of events) {
      if (event.kind === 'corrupt') {
        log.debug('characters that are no frame on a serial line', { characters: event.characters, because: event.because });
        ear.units.disturbed('check-error');
        continue;
      }
      const { unitId, pdu, byteCount } = event;
      if (!ear.units.isAddressed(unitId)) continue;
      if (turns.take({ atMs, byteCount, carryOut: () => carryOut(ear, unitId, pdu) })) continue;
      log.warn('a request was lost on a busy serial line', { unit: unitId });
      ear.units.disturbed('overrun');
    }
  };
  gather();
  link.onBytes((chunk) => {
    if (isStopped) return;
    const nowMs = clock.nowMs();
    for (const ear of ears.values()) take(ear, ear.framer.push(chunk, nowMs), nowMs);
  });
  const stop = (): void => {
    isStopped = true;
    turns.stop();
  };
  void link.closed.then(stop);
  return { stop };
}

function endOf(server: ModbusServer): number {
  return server.line?.endCharacter ?? ASCII_LINE_FEED;
}

function framerFor(endCharacter: number, { gapMsMax }: AsciiServerOptions): AsciiFramer {
  const framer = createAsciiFramer(gapMsMax === undefined ? {} : { gapMsMax });
  framer.setEndCharacter(endCharacter);
  return framer;
}
