import { memberOf } from '../../conformance/mqtt/device/device-bench.ts';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import { connectProtocol } from '../../hil/protocols/mqtt/decode-connect.ts';
import { readFixedHeader } from '../../hil/protocols/mqtt/fixed-header.ts';
import type { DeviceHost } from './device-host.ts';

/** How long a device may take to connect, milliseconds, unless the PIXIT says it. */
const CONNECT_WAIT_MS = 30_000;

/**
 * Starts the device and reads the protocol level of its CONNECT; undefined when none can be read.
 * @param signal - It is not waited for any more.
 */
export async function deviceVersion(host: DeviceHost, { values, answerTimeoutMs }: Pixit, clock: Clock, signal: AbortSignal): Promise<number | undefined> {
  const started = await host.act('restart', { variant: 'usual', listener: 'tcp', version: 4 });
  if (memberOf(started, 'done') !== true) return undefined;
  const connectWaitMs = values['connectWaitMs'];
  const aborted = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
  const link = await Promise.race([host.accept(typeof connectWaitMs === 'number' ? connectWaitMs : CONNECT_WAIT_MS), aborted]);
  if (link === undefined) return undefined;
  const closed = link.closed.then(() => undefined);
  const late = sleep(clock, answerTimeoutMs).then(() => undefined);
  const first = await Promise.race([new Promise<Uint8Array>((resolve) => link.onBytes(resolve)), closed, late]);
  link.destroy();
  if (first === undefined) return undefined;
  const header = readFixedHeader(first, 0, first.length);
  return header.kind === 'header' ? connectProtocol(first, header.bodyStart, first.length).level : undefined;
}
