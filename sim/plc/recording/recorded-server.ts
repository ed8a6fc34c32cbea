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

/** Who is told what was recorded of a request. */
export interface ReplayWitness {
  refused(functionCode: number, exceptionCode: number): void;
  silent(functionCode: number): void;
}

/**
 * A server that refuses what the recorded device refused, with the code that it gave, and leaves without an answer what it
 * left so, each for as long as it did; everything else is left to the server behind it, which refuses addresses that were
 * never recorded with 02.
 */
export function recordedServer(
  server: ModbusServer,
  timeline: RecordedTimeline,
  { originMs, clock, witness }: { readonly originMs: number; readonly clock: Clock; readonly witness: ReplayWitness },
): ModbusServer {
  const { line } = server;
  return {
    ...(line === undefined ? {} : { line }),
    answer: (pdu) => {
      const functionCode = pdu[0] ?? 0;
      const table = pdu.length === READ_PDU_BYTES ? TABLES.get(functionCode) : undefined;
      if (table === undefined) return server.answer(pdu);
      const asked = [table, uint16At(pdu, 1), uint16At(pdu, 3), Math.max(0, clock.nowMs() - originMs)] as const;
      if (timeline.isSilentAt(...asked)) {
        witness.silent(functionCode);
        return undefined;
      }
      const code = timeline.exceptionAt(...asked);
      if (code === undefined) return server.answer(pdu);
      witness.refused(functionCode, code);
      return encodeException(functionCode, code);
    },
  };
}
