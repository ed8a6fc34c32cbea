import { functionCodeEntry } from '../../hil/protocols/modbus/function-code.ts';
import { BROADCAST_UNIT_ID, type UnitId } from '../../hil/protocols/modbus/unit-id.ts';
import type { ModbusServer } from './modbus-server.ts';

/** The devices of one multidrop line, and what each of them makes of what passes by. */
export interface SerialUnits {
  /** Whether a frame is for one of them, or for all. A frame for somebody else is counted by all of them here. */
  isAddressed(unitId: UnitId): boolean;
  /** Carries out a frame that is addressed. @returns The response PDU, or undefined where silence is the answer. */
  carryOut(unitId: UnitId, pdu: Uint8Array): Uint8Array | undefined;
  /** Something that is no frame was heard, or a frame came too fast and was lost. */
  disturbed(what: 'check-error' | 'overrun'): void;
}

/**
 * A write to unit 0 is carried out by every unit and answered by none; another broadcast is not carried out. Every unit
 * counts every message that it hears (FC 08 sub-function 11).
 * @param units - By unit id, 1 to 247.
 * @see Modbus over Serial Line V1.02, section 2.1, 2.4.2 and 6.1
 */
export function serialUnits(units: ReadonlyMap<number, ModbusServer>): SerialUnits {
  const others = (unitId: UnitId): void => {
    for (const [unit, server] of units) if (unit !== unitId) server.line?.overheard();
  };
  return {
    isAddressed: (unitId) => {
      if (unitId === BROADCAST_UNIT_ID || units.has(unitId)) return true;
      others(unitId);
      return false;
    },
    carryOut: (unitId, pdu) => {
      if (unitId !== BROADCAST_UNIT_ID) {
        others(unitId);
        return units.get(unitId)?.answer(pdu);
      }
      for (const server of units.values()) broadcast(server, pdu);
      return undefined;
    },
    disturbed: (what) => {
      for (const server of units.values()) server.line?.disturbed(what);
    },
  };
}

function broadcast(server: ModbusServer, pdu: Uint8Array): void {
  if (server.line !== undefined) server.line.broadcast(pdu);
  else if (functionCodeEntry(pdu[0] ?? 0)?.writes === true) server.answer(pdu);
}
