import { hostname, homedir } from 'node:os';
import { narrowToCarrier } from '../../conformance/modbus/bench/carrier.ts';
import { acquireLease } from '../../hil/rig/lease/acquire-lease.ts';
import { holdLease, type HeldLease } from '../../hil/rig/lease/held-lease.ts';
import { defaultLeaseFolder } from '../../hil/rig/lease/lease-folder.ts';
import { leaseKeyOf } from '../../hil/rig/lease/lease-key.ts';
import { createLeaseStore } from '../../hil/rig/lease/lease-store.ts';
import type { Dut } from '../../hil/rig/hardware-map.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { createOpenLink } from '../../hil/transport/open-link.ts';
import { parseModbusAddress } from './modbus-address.ts';
import { sharedLine } from './shared-line.ts';
import type { SutConnection } from './sut-connection.ts';

/** Longest wait for a connection to the SUT, milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
const LEASE_TTL_MS = 30_000;

/**
 * Connects the suite `modbus-server` to a device: TCP anew for each connection, a serial line once for the whole run.
 * A device of the rig is leased from the first connection to the end.
 * @throws FieldproofError FP_USAGE when the address cannot be read; dialling also FP_RIG_LEASED.
 */
export function connectModbus(address: string, rest: Pick<SutConnection, 'accept' | 'act' | 'hindrance'>, clock: Clock): SutConnection {
  const { carrier, link, isConverted, dut } = parseModbusAddress(address);
  const open = createOpenLink({ clock, timeoutMs: CONNECT_TIMEOUT_MS });
  let held: Promise<HeldLease> | undefined;
  const dial = async (): Promise<ByteLink> => {
    if (dut !== undefined) await (held ??= lease(dut, clock));
    return open(link);
  };
  // Several connections to a TCP server are part of the suite; a line has one user, also behind a converter.
  const line = carrier === 'tcp' ? undefined : sharedLine(dial);
  return {
    ...rest,
    tier: link.kind === 'serial' || dut !== undefined ? 'T2' : 'T1',
    narrow: (pics) => narrowToCarrier(pics, carrier, isConverted),
    dial: () => line?.attach() ?? dial(),
    stop: async () => {
      await line?.stop();
      const lost = await held?.catch(() => undefined);
      lost?.release();
    },
  };
}

async function lease(dut: Dut, clock: Clock): Promise<HeldLease> {
  const holder = `${hostname()} pid ${process.pid}, conformance`;
  const store = createLeaseStore({ folder: defaultLeaseFolder(process.env, homedir()), writer: `${hostname()}-${process.pid}` }, clock);
  return holdLease(await acquireLease({ key: leaseKeyOf(dut), dut: dut.id, holder, ttlMs: LEASE_TTL_MS, waitMs: 0 }, { clock, store }), { clock, store });
}
