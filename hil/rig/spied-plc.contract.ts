import { observeNothing } from '../runtime/observation.ts';
import { realClock } from '../runtime/real-clock.ts';
import { silentLogger } from '../runtime/log.ts';
import { createOpenLink } from '../transport/open-link.ts';
import type { OpenLink } from '../transport/byte-link.ts';
import { listenTcp } from '../transport/tcp-link.ts';
import { serveMbap } from '../../sim/plc/mbap-session.ts';
import type { ModbusServer } from '../../sim/plc/modbus-server.ts';
import { createVirtualPlc } from '../../sim/plc/virtual-plc.ts';
import { layOutRegisters } from '../../sim/plc/register-layout.ts';
import { serveRtu } from '../../sim/plc/rtu-server.ts';
import { openPtyPair } from '../../sim/plc/serial-line/pty-pair.ts';
import { TEST_POINTS } from '../../sim/plc/test-device.contract.ts';

/** A virtual PLC that stands for a device on the bench, and what reached it. */
export interface SpiedPlc {
  /** host:port, or the path of a serial port. */
  readonly address: string;
  /** Every request PDU that arrived, with its unit. */
  readonly requests: { readonly unit: number; readonly pdu: Uint8Array }[];
  stop(): Promise<void>;
}

export const openLink: OpenLink = createOpenLink({ clock: realClock, timeoutMs: 2_000 });

/** A FC 43/14 answer to read code 2: vendor ACME, product PX-1, revision 1.2. */
export const ACME_IDENTIFICATION = Uint8Array.from([0x2b, 0x0e, 2, 1, 0, 0, 3, 0, 4, ...Buffer.from('ACME'), 1, 4, ...Buffer.from('PX-1'), 2, 3, ...Buffer.from('1.2')]);

/** The test device (`TEST_POINTS`): input registers 65533 to 65535 hold 7, everything else zeros. */
export function spiedServer(requests: SpiedPlc['requests'], unit: number): ModbusServer {
  const layout = layOutRegisters(TEST_POINTS);
  const model = { read: (point: string) => (point.startsWith('in6') ? 7 : undefined), write: () => undefined };
  const plc = createVirtualPlc({ device: 'spied', unit, profileName: 'spied', layout, model }, { clock: realClock, observe: observeNothing, log: silentLogger });
  return {
    ...plc.server,
    answer: (pdu) => {
      requests.push({ unit, pdu: pdu.slice() });
      return pdu[0] === 0x2b ? ACME_IDENTIFICATION : plc.server.answer(pdu);
    },
  };
}

/** @param unit - The one it answers to; undefined: to any. */
export async function spiedTcpPlc(unit: number | undefined): Promise<SpiedPlc> {
  const requests: SpiedPlc['requests'] = [];
  const server = spiedServer(requests, unit ?? 0);
  const listener = await listenTcp({ host: '127.0.0.1', port: 0 }, (link) =>
    serveMbap(
      link,
      (asked, pdu) => {
        if (unit === undefined || asked === unit) return server.answer(pdu);
        requests.push({ unit: asked, pdu: pdu.slice() });
        return undefined;
      },
      () => undefined,
    ),
  );
  return { address: `127.0.0.1:${listener.port}`, requests, stop: () => listener.close() };
}

/** Units on a pseudo-terminal at 115,200 baud. */
export async function spiedSerialPlc(units: readonly number[]): Promise<SpiedPlc> {
  const requests: SpiedPlc['requests'] = [];
  const pty = await openPtyPair({ clock: realClock });
  const servers = new Map(units.map((unit) => [unit, spiedServer(requests, unit)]));
  const rtu = serveRtu(pty.master, { baudRate: 115_200, units: servers }, { clock: realClock, log: silentLogger });
  return {
    address: pty.path,
    requests,
    stop: async () => {
      rtu.stop();
      pty.dispose();
      await pty.master.closed;
    },
  };
}
