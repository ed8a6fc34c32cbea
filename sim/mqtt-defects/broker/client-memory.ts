import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import type { DefectiveConnection, DefectTools, MqttDefect, SeenPacket } from '../mqtt-defect.ts';
import { chosen } from '../rewrite.ts';

/** What a defect remembers of one client over all its connections. */
export interface ClientMemory {
  /** Connections that the server has accepted. */
  connections: number;
  /** The last QoS 1 or 2 PUBLISH that the client sent. */
  sent: PublishPacket | undefined;
  /** The last QoS 1 or 2 PUBLISH that the server sent to it. */
  received: PublishPacket | undefined;
  /** Whatever else the defect needs, by key. */
  readonly notes: Map<string | number, string>;
}

/**
 * A defect that remembers clients by their id. `connect` is called for each connection, before its first packet; its packet
 * handler is asked with the memory of the client of that connection.
 */
export function remembersClients(
  id: string,
  does: string,
  connect: (tools: DefectTools) => (seen: SeenPacket, memory: ClientMemory) => ReturnType<NonNullable<DefectiveConnection['onPacket']>>,
): MqttDefect {
  return {
    id,
    does,
    create: () => {
      const memories = new Map<string, ClientMemory>();
      return (tools) => {
        const decide = connect(tools);
        let memory: ClientMemory = blank();
        return {
          onPacket: (seen) => {
            const connectPacket = chosen(seen, { from: 'client', type: 'connect' });
            if (connectPacket !== undefined) {
              memory = memories.get(connectPacket.clientId) ?? blank();
              memories.set(connectPacket.clientId, memory);
            }
            if (chosen(seen, { from: 'server', type: 'connack' }) !== undefined) memory.connections += 1;
            const actions = decide(seen, memory);
            keep(seen, memory);
            return actions;
          },
        };
      };
    },
  };
}

function keep(seen: SeenPacket, memory: ClientMemory): void {
  const { packet, from } = seen;
  if (packet?.type !== 'publish' || packet.qos === 0) return;
  // The bytes of a packet are its own only while it passes.
  const kept = { ...packet, payload: new Uint8Array(packet.payload) };
  if (from === 'client') memory.sent = kept;
  else memory.received = kept;
}

function blank(): ClientMemory {
  return { connections: 0, sent: undefined, received: undefined, notes: new Map() };
}
