import { sleep } from '../runtime/clock.ts';
import { FieldproofError } from '../runtime/errors.ts';
import { linkAddressOf } from './dut-address.ts';
import type { Dut } from './hardware-map.ts';
import type { RecordedRange } from './recording/recording-format.ts';
import { openRigLine, type RigLineDeps } from './rig-line.ts';
import { stablePathOf, SYSTEM_PORT_FOLDERS, targetOf, type PortFolders } from './serial-ports.ts';

/** A DUT that answers. */
export interface DeviceBack {
  /** From the call until the first answer, milliseconds. */
  readonly tookMs: number;
  /** The serial port it answers on now (`/dev/ttyUSB1`); undefined over TCP. */
  readonly portNow: string | undefined;
}

export interface AwaitDeviceDeps extends RigLineDeps {
  readonly signal?: AbortSignal;
  readonly folders?: PortFolders;
}

/** Between two looks, milliseconds: udev takes some hundred to name a port. */
const LOOK_EVERY_MS = 200;

/**
 * The name to find a port again by after its adapter was enumerated anew, and what it leads to now. To be taken before the
 * power goes off: without power there is nothing to ask.
 */
export function rememberPort(dut: Dut, folders: PortFolders = SYSTEM_PORT_FOLDERS): { readonly address: string; readonly portBefore: string | undefined } {
  if (linkAddressOf(dut).kind === 'tcp') return { address: dut.address, portBefore: undefined };
  return { address: stablePathOf(dut.address, folders), portBefore: targetOf(dut.address) };
}

/**
 * Waits until a DUT answers a read, looking anew each time what its stable name leads to: after a power cycle `ttyUSB0`
 * may have become `ttyUSB1`.
 * @param address - From `rememberPort`.
 * @throws FieldproofError FP_RIG_POWER when it did not come back within `withinMs`, with how far it came.
 */
export async function awaitDevice(dut: Dut, address: string, withinMs: number, deps: AwaitDeviceDeps): Promise<DeviceBack> {
  const startMs = deps.clock.nowMs();
  let last = 'was not looked at';
  while (deps.clock.nowMs() - startMs < withinMs && deps.signal?.aborted !== true) {
    const portNow = targetOf(address);
    const look = await lookAt({ ...dut, address }, deps);
    if (look === undefined) return { tookMs: deps.clock.nowMs() - startMs, portNow: linkAddressOf(dut).kind === 'tcp' ? undefined : portNow };
    last = look;
    await sleep(deps.clock, LOOK_EVERY_MS, deps.signal);
  }
  throw new FieldproofError('FP_RIG_POWER', `${dut.id} did not come back within ${withinMs / 1_000} s: ${last}`);
}

/** @returns why the DUT cannot be used; undefined when it answers. Never throws for what is or is not attached. */
export async function lookAt(dut: Dut, deps: RigLineDeps): Promise<string | undefined> {
  try {
    await mustAnswer(dut, deps);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof FieldproofError) return thrown.message;
    throw thrown;
  }
}

/** What a unit is asked when nothing is known of it. */
const PROBE: RecordedRange = { table: 'HOLDING_REGISTERS', address: 0, count: 1 };

/**
 * Opens the line of a DUT and asks each of its units for one range. Any answer will do, an exception too.
 * @param probe - Something that its profile reads: some devices stay silent on what they do not serve.
 * @throws FieldproofError FP_RIG_MISSING when the line cannot be opened, FP_RIG_SILENT when a unit does not answer.
 */
export async function mustAnswer(dut: Dut, deps: RigLineDeps, probe = PROBE): Promise<void> {
  const line = await openRigLine({ address: linkAddressOf(dut), transport: dut.transport, timeoutMs: dut.timeout }, deps);
  try {
    for (const unit of dut.units) {
      const read = await line.read(unit, probe.table, probe.address, probe.count);
      if (read.kind === 'words' || read.kind === 'exception') continue;
      const because = read.kind === 'timeout' ? `no answer within ${dut.timeout / 1_000} s` : read.because;
      throw new FieldproofError('FP_RIG_SILENT', `${dut.id} unit ${unit} at ${line.name}: ${because}`);
    }
  } finally {
    await line.close();
  }
}
