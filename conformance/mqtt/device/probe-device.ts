import type { Suite } from '../../framework/suite.ts';
import { memberOf } from './device-bench.ts';

/** How long a device may take to connect, milliseconds, unless the PIXIT says it (`connectWaitMs`). */
const CONNECT_WAIT_MS = 30_000;

/**
 * A sign of life from a device: it connects after it was started. It is started in a version that it declares.
 * @returns `dead` when it does not connect.
 */
export const probeDevice: Suite['probe'] = async (_dial, { values }, _silence, { accept, act, pics }) => {
  const started = await act('restart', { variant: 'usual', listener: 'tcp', version: pics.get('MQTT_3_1_1') === false ? 5 : 4 });
  // Whoever skips the start has decided that there is nothing to wait for; the cases say so themselves.
  if (memberOf(started, 'done') !== true) return 'alive';
  const waitMs = values['connectWaitMs'];
  const link = await accept(typeof waitMs === 'number' ? waitMs : CONNECT_WAIT_MS);
  link?.destroy();
  return link === undefined ? 'dead' : 'alive';
};
