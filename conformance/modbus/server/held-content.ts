import type { TableName } from '../bench/declared-device.ts';
import { pduThat } from '../bench/heard.ts';
import { dataBytes, isDataAnswer, READS } from '../bench/modbus-bench.ts';
import { fields, packBits } from '../bench/requests.ts';
import { uint16 } from '../bench/modbus-frame.ts';
import type { Station } from '../bench/station.ts';

/** An address that no rule lets a case use; `needs` keeps such cases from running. */
export const MISSING = 65_535;

/** The table holds just this, or the case fails. Bits as 0 and 1. */
export async function expectHeld(station: Station, table: TableName, first: number, content: readonly number[]): Promise<void> {
  const { code, quantityMax, isBits } = READS[table];
  for (let at = 0; at < content.length; at += quantityMax) {
    const part = content.slice(at, at + quantityMax);
    const data = isBits ? packBits(part) : part.flatMap(uint16);
    const says = part.length > 20 ? `${part.length} items as they were written` : `the ${table} as they should be: ${part.join(' ')}`;
    const holds = (pdu: Uint8Array): boolean => isDataAnswer(pdu, code, dataBytes(table, part.length)) && data.every((byte, index) => byte === pdu[index + 2]);
    await station.expect({ what: `a read of ${part.length} of the ${table} from ${first + at}`, pdu: fields(code, first + at, part.length) }, pduThat(says, holds));
  }
}
