import { uint16At } from '../../hil/protocols/modbus/big-endian.ts';
import type { ModbusMessage } from './modbus-fault.ts';

/** What ends the frames of each unit on an ASCII line, as far as its answers have told. */
export interface AsciiEnds {
  /** Takes an answer of a device: one to FC 08 sub-function 3 changes what its next frames end with. */
  answered(message: ModbusMessage): void;
  /** Undefined while it is the line feed. */
  endOf(unit: number): number | undefined;
}

export function createAsciiEnds(): AsciiEnds {
  const ends = new Map<number, number>();
  return {
    answered(message) {
      const character = newEndCharacter(message.pdu);
      if (character !== undefined) ends.set(message.unit, character);
    },
    endOf: (unit) => ends.get(unit),
  };
}

/**
 * The character that a PDU asks for, or, as an answer, confirms: both are alike.
 * @see MODBUS Application Protocol V1.1b3, section 6.8.1 (sub-function 3)
 */
export function newEndCharacter(pdu: Uint8Array): number | undefined {
  return pdu.length === 5 && pdu[0] === 8 && uint16At(pdu, 1) === 3 ? pdu[3] : undefined;
}
