import { uint16At } from '../../../hil/protocols/modbus/big-endian.ts';
import type { TableName } from '../bench/declared-device.ts';

/** Addresses that a request names. `count` as it stands there, whatever is allowed. */
export interface PolledRange {
  readonly table: TableName;
  readonly first: number;
  readonly count: number;
  readonly writes: boolean;
}

/** The ranges of addresses that a request PDU names, by its bytes alone; none for other functions and for what is cut short. */
export function polledRanges(pdu: Uint8Array): readonly PolledRange[] {
  if (pdu.length < 5) return [];
  const [first, second] = [uint16At(pdu, 1), uint16At(pdu, 3)];
  switch (pdu[0] ?? 0) {
    case 1:
      return [{ table: 'coils', first, count: second, writes: false }];
    case 2:
      return [{ table: 'discreteInputs', first, count: second, writes: false }];
    case 3:
      return [{ table: 'holdingRegisters', first, count: second, writes: false }];
    case 4:
      return [{ table: 'inputRegisters', first, count: second, writes: false }];
    case 15:
      return [{ table: 'coils', first, count: second, writes: true }];
    case 16:
      return [{ table: 'holdingRegisters', first, count: second, writes: true }];
    case 23: {
      if (pdu.length < 9) return [];
      const read: PolledRange = { table: 'holdingRegisters', first, count: second, writes: false };
      return [read, { table: 'holdingRegisters', first: uint16At(pdu, 5), count: uint16At(pdu, 7), writes: true }];
    }
    default:
      return [];
  }
}
