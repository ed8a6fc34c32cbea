import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { openLoadClient, type LoadClient, type LoadClientOptions } from './load-client.ts';

/** Connections under way at once: fewer than a listener's backlog holds. */
const CONNECTING_AT_ONCE = 100;

export interface LoadClientsOptions extends Pick<LoadClientOptions, 'host' | 'port'> {
  readonly count: number;
  readonly clientId: (index: number) => string;
  /** Callbacks and subscription of one client. */
  readonly client?: (index: number) => Pick<LoadClientOptions, 'onMessage' | 'onDone' | 'onChunk'> & { readonly filter?: string; readonly qos?: Qos };
}

/** Many light clients of one server. */
export interface LoadClients {
  readonly clients: readonly LoadClient[];
  /** Why connections ended that should not have, the first hundred. */
  readonly losses: readonly string[];
  destroy(): void;
}

const LOSSES_MAX = 100;

/** Connects them all, some at a time, and subscribes those that have a filter. @throws FieldproofError FP_LINK_OPEN, FP_LINK_CLOSED. */
export async function openLoadClients({ host, port, count, clientId, client = () => ({}) }: LoadClientsOptions): Promise<LoadClients> {
  const clients: LoadClient[] = [];
  const losses: string[] = [];
  const destroy = (): void => {
    for (const open of clients) open.destroy();
  };
  const onLost = (because: string): void => {
    if (losses.length < LOSSES_MAX) losses.push(because);
  };
  let next = 0;
  const openSome = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      const { filter, qos = 0, ...callbacks } = client(index);
      const opened = await openLoadClient({ host, port, clientId: clientId(index), onLost, ...callbacks });
      clients[index] = opened;
      if (filter !== undefined) await opened.subscribe(filter, qos);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(CONNECTING_AT_ONCE, count) }, openSome));
    return { clients, losses, destroy };
  } catch (thrown) {
    for (const open of Object.values(clients)) open.destroy();
    throw thrown;
  }
}

/** @throws FieldproofError FP_INTERNAL when a connection was lost. */
export function requireNoLoss(what: string, ...groups: readonly LoadClients[]): void {
  const [first] = groups.flatMap(({ losses }) => losses);
  if (first !== undefined) throw new FieldproofError('FP_INTERNAL', `${what}: a connection was lost: ${first}`);
}
