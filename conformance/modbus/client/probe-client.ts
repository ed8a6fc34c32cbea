import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import type { Pixit } from '../../framework/pixit.ts';
import type { LiveWireDeps } from '../../framework/live-wire.ts';
import type { Liveness } from '../../framework/suite.ts';
import { declaredClient } from './declared-client.ts';

/**
 * A sign of life from a client: started anew if it is ours to start, it connects and sends anything.
 * @returns `dead` when it does not connect, `hung` when it connects and says nothing, each within `connectWaitMs`.
 */
export async function probeClient(_dial: () => Promise<ByteLink>, pixit: Pixit, silence: Promise<void>, reach: Pick<LiveWireDeps, 'accept' | 'act'>): Promise<Liveness> {
  await reach.act('start', { repeat: false });
  const link = await reach.accept(declaredClient(pixit).connectWaitMs);
  if (link === undefined) return 'dead';
  const spoke = new Promise<Liveness>((resolve) => link.onBytes(() => resolve('alive')));
  // One that ends the connection lives too.
  const ended = link.closed.then((): Liveness => 'alive');
  const liveness = await Promise.race([spoke, ended, silence.then((): Liveness => 'hung')]);
  link.destroy();
  return liveness;
}
