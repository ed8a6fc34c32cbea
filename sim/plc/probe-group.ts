import type { Point } from '../../hil/gateway/southbound/point.ts';
import type { PrimaryTable } from '../../hil/gateway/southbound/device-profile.ts';
import type { FunctionCode } from '../../hil/protocols/modbus/function-code.ts';
import { createTcpFramer } from '../../hil/protocols/modbus/tcp-framer.ts';
import { encodeTcp } from '../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import { messageOf } from '../../hil/runtime/errors.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';

/** Whether the devices of a group answer; `detail` says it for a person. */
export interface GroupProbe {
  readonly ok: boolean;
  readonly detail: string;
}

/** Puts a request to a device and gives the response PDU; undefined when none came. */
export type AskDevice = (unit: number, pdu: Uint8Array) => Promise<Uint8Array | undefined>;

export const PROBE_TIMEOUT_MS = 2_000;
/** The function code that reads each table. */
export const READ_CODE: Readonly<Record<PrimaryTable, FunctionCode>> = { COILS: 1, DISCRETES_INPUT: 2, HOLDING_REGISTERS: 3, INPUT_REGISTERS: 4 };
const PROBE_TRANSACTION = 0xfffe;

/** Reads the first point of a device that can be read. @returns what became of it. */
export async function probeDevice(device: string, unit: number, points: readonly Point[], ask: AskDevice): Promise<GroupProbe> {
  const point = points.find(({ readable }) => readable);
  if (point === undefined) return { ok: true, detail: `${device} has no point that can be read` };
  const functionCode = READ_CODE[point.table];
  const request = Uint8Array.of(functionCode, point.address >>> 8, point.address & 0xff, 0, point.registerCount);
  const response = await ask(unit, request);
  if (response === undefined) return { ok: false, detail: `${device} did not answer a read of ${point.name} within ${PROBE_TIMEOUT_MS} ms` };
  if (response[0] === functionCode) return { ok: true, detail: `${device} answered a read of ${point.name}` };
  return { ok: false, detail: `${device} refused a read of ${point.name} with exception ${response[1] ?? 0}` };
}

/** Asks over a connection of our own, as any client would. */
export function askOverTcp(address: { readonly host: string; readonly port: number }, clock: Clock): AskDevice {
  return async (unit, pdu) => {
    const abort = new AbortController();
    try {
      const link = await connectTcp(address, { clock, timeoutMs: PROBE_TIMEOUT_MS });
      const framer = createTcpFramer();
      const answered = new Promise<Uint8Array>((resolve) => {
        link.onBytes((chunk) => {
          for (const event of framer.push(chunk)) if (event.kind === 'frame' && event.transactionId === PROBE_TRANSACTION) resolve(event.pdu.slice());
        });
      });
      await link.send(encodeTcp(PROBE_TRANSACTION, unitId(unit), pdu));
      const late = sleep(clock, PROBE_TIMEOUT_MS, abort.signal).then(() => undefined);
      const response = await Promise.race([answered, late]);
      await link.close();
      return response;
    } catch (cause) {
      // A device that cannot be reached has not answered; the probe is repeated.
      if (messageOf(cause) !== '') return undefined;
      throw cause;
    } finally {
      abort.abort();
    }
  };
}
