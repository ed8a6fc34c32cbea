import { connect, type Socket } from 'node:net';
import type { Clock } from '../../hil/runtime/clock.ts';

/** Whether a link carries connections; `detail` says it for a person. */
export interface LinkProbe {
  readonly ok: boolean;
  readonly detail: string;
}

export interface LinkProbeDeps {
  readonly clock: Clock;
  /** Where the proxy listens. */
  readonly address: { readonly host: string; readonly port: number };
  readonly activeFaults: readonly string[];
  /** The proxy's side of the connection that comes from `clientPort`; undefined when the proxy dropped it. */
  readonly accepted: (clientPort: number) => Promise<{ readonly carried: Promise<boolean> } | undefined>;
}

const PROBE_TIMEOUT_MS = 2_000;

/** Opens a connection to the proxy as any client would, waits until the upstream has accepted it, and closes it. */
export async function probeLink({ clock, address, activeFaults, accepted }: LinkProbeDeps): Promise<LinkProbe> {
  if (activeFaults.length > 0) return { ok: false, detail: `faults are still active: ${activeFaults.join(', ')}` };
  const socket = connect(address);
  const opened = opening(socket);
  const outcome = opened.then(async (isOpen): Promise<LinkProbe> => {
    if (!isOpen || socket.localPort === undefined) return { ok: false, detail: 'the proxy refused a new connection' };
    const connection = await accepted(socket.localPort);
    return (await connection?.carried) === true ? { ok: true, detail: 'a new connection reached the upstream' } : { ok: false, detail: 'a new connection did not reach the upstream' };
  });
  const late = new Promise<LinkProbe>((resolve) => {
    const timer = clock.setTimer(PROBE_TIMEOUT_MS, () => resolve({ ok: false, detail: `a new connection did not reach the upstream within ${PROBE_TIMEOUT_MS} ms` }));
    void outcome.finally(() => timer.cancel());
  });
  const probe = await Promise.race([outcome, late]);
  socket.destroy();
  return probe;
}

/** True once connected, false when that fails. */
function opening(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    // Stays for the life of the socket: a reset after connecting says nothing new.
    socket.on('error', () => resolve(false));
  });
}
