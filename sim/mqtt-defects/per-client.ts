import type { DefectiveConnection, MqttDefect } from './mqtt-defect.ts';
import { chosen } from './rewrite.ts';

/**
 * A defect that remembers across the connections of one client, as a session does. Clients are told apart by their id, so
 * that tests which run side by side do not disturb each other.
 * @param fresh - What is known of a client that never came before.
 * @param connect - What the defect does on one more connection of that client, from its CONNECT on.
 */
export function perClient<Memory>(fresh: () => Memory, connect: (memory: Memory) => DefectiveConnection): MqttDefect['create'] {
  return () => {
    const clients = new Map<string, Memory>();
    return () => {
      let connection: DefectiveConnection = {};
      return {
        onPacket: (seen) => {
          const clientId = chosen(seen, { from: 'client', type: 'connect' })?.clientId;
          if (clientId !== undefined) {
            const memory = clients.get(clientId) ?? fresh();
            clients.set(clientId, memory);
            connection = connect(memory);
          }
          return connection.onPacket?.(seen) ?? 'pass';
        },
      };
    };
  };
}
