import type { Clock } from '../../hil/runtime/clock.ts';
import type { ByteLink, LinkListener } from '../../hil/transport/byte-link.ts';
import { listenTcp } from '../../hil/transport/tcp-link.ts';
import { relayWithDefect } from './defect-relay.ts';
import type { MqttDefect } from './mqtt-defect.ts';

/** A defective SUT that listens. */
export interface DefectiveServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export interface ServeDefectDeps {
  readonly clock: Clock;
  /** Opens a connection to the good server behind the defect. */
  readonly dial: () => Promise<ByteLink>;
}

/** Listens on any free port of 127.0.0.1, and puts the defect before the server that `dial` reaches. */
export async function serveDefect(defect: MqttDefect, { clock, dial }: ServeDefectDeps): Promise<DefectiveServer> {
  const make = defect.create();
  const open = new Set<ByteLink>();
  let connections = 0;
  const accept = async (client: ByteLink): Promise<void> => {
    open.add(client);
    try {
      relayWithDefect(client, await dial(), make, clock, connections);
      connections += 1;
      await client.closed;
    } catch {
      // The good server is gone: to the client that is a server which is gone.
      client.destroy();
    } finally {
      open.delete(client);
    }
  };
  const listener: LinkListener = await listenTcp({ host: '127.0.0.1', port: 0 }, (link) => void accept(link));
  return {
    port: listener.port,
    stop: async () => {
      await listener.close();
      for (const link of open) link.destroy();
    },
  };
}
