import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import type { Pics } from '../../framework/pics.ts';
import type { Pixit } from '../../framework/pixit.ts';
import type { Liveness } from '../../framework/suite.ts';
import { carrierOf } from '../bench/carrier.ts';
import { declaredDevice } from '../bench/declared-device.ts';
import { encodeFrame } from '../bench/modbus-frame.ts';
import { fields } from '../bench/requests.ts';

/** Asks for one register: alive when anything comes back, an exception too, or when the connection is ended. */
export async function probeServer(dial: () => Promise<ByteLink>, pixit: Pixit, silence: Promise<void>, { pics }: { readonly pics: Pics }): Promise<Liveness> {
  const link = await dial().catch(() => undefined);
  if (link === undefined) return 'dead';
  const answered = new Promise<Liveness>((resolve) => link.onBytes(() => resolve('alive')));
  // A listening socket whose process hangs accepts connections too, so an end that nobody asked for is a sign of life.
  const ended = link.closed.then((): Liveness => 'alive');
  const { unitId } = declaredDevice(pixit);
  await link.send(encodeFrame(carrierOf(pics), { unit: unitId, transactionId: 0x6670 }, fields(3, 0, 1))).catch(() => undefined);
  const liveness = await Promise.race([answered, ended, silence.then((): Liveness => 'hung')]);
  link.destroy();
  return liveness;
}
