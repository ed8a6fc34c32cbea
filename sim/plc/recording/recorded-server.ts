import type { PrimaryTable } from '../../../hil/gateway/southbound/device-profile.ts';
import { encodeException } from '../../../hil/protocols/modbus/exception.ts';
import { uint16At } from '../../../hil/protocols/modbus/big-endian.ts';
import type { Clock } from '../../../hil/runtime/clock.ts';
import type { ModbusServer } from '../modbus-server.ts';
import type { RecordedTimeline } from './recorded-timeline.ts';

const TABLES: ReadonlyMap<number, PrimaryTable> = new Map([
  [1, 'COILS'],
  [2, 'DISCRETES_INPUT'],
  [3, 'HOLDING_REGISTERS'],
  [4, 'INPUT_REGISTERS'],
]);
/** Function code, address, quantity. */
const READ_PDU_BYTES = 5;

/**
 * A server that refuses what the recorded device refused, with the code that it gave and for as long as it did; everything
 * else is left to the server behind it, which refuses addresses that were never recorded with 02.
 * @param refused - Told of each refusal that was recorded.
 */
export function recordedServer(
  server: ModbusServer,
  timeline: RecordedTimeline,
  { originMs, clock, refused }: { readonly originMs: number; readonly clock: Clock; readonly refused: (functionCode: number, code: number) => void },
): ModbusServer {
  return {
    ...server,
    answer: (pdu) => {
      const functionCode = pdu[0] ?? 0;
      const table = pdu.length === READ_PDU_BYTES ? TABLES.get(functionCode) : undefined;
      if (table === undefined) return server.answer(pdu);
      const code = timeline.exceptionAt(table, uint16At(pdu, 1), uint16At(pdu, 3), Math.max(0, clock.nowMs() - originMs));
      if (code === undefined) return server.answer(pdu);
      refused(functionCode, code);
      return encodeException(functionCode, code);
    },
  };
}
