import { Readable } from 'node:stream';
import type { MessageRouter } from './message-router.ts';
import type { Session } from './session.ts';

/** A packet as aedes hands it to its storage. */
interface StoredPacket {
  readonly cmd: string;
  readonly messageId?: number;
}

interface StorageClient {
  readonly id: string;
}

/**
 * The filter that aedes is told a stored session has. aedes sets Session Present only for a session with
 * subscriptions, so it must be told of one; the subscribe hook recognises the object and leaves it out.
 */
export const STORED_SESSION_MARKER: { readonly topic: string; readonly qos: 0 } = { topic: '$SYS/stored-session', qos: 0 };

/**
 * The storage (`persistence` option) that aedes 1.2.0 is given. Sessions live in the router, which delivers by itself:
 * what aedes would store and stream back is nothing here. Left are the calls that carry acknowledgements.
 * @param sessionOf - The session of a connected client; undefined when that connection was taken over.
 */
export function aedesStorage(router: MessageRouter, sessionOf: (client: StorageClient) => Session | undefined): object {
  return {
    // aedes insists on an async function here.
    setup: nothing,
    storeRetained: nothing,
    createRetainedStreamCombi: empty,
    addSubscriptions: nothing,
    removeSubscriptions: async (client: StorageClient, filters: readonly string[]) => {
      const session = sessionOf(client);
      if (session !== undefined) for (const filter of filters) router.unsubscribe(session, filter);
    },
    cleanSubscriptions: nothing,
    subscriptionsByClient: async (client: StorageClient) => (router.hasStoredSession(client.id) ? [STORED_SESSION_MARKER] : []),
    subscriptionsByTopic: async () => [],
    outgoingEnqueue: nothing,
    outgoingEnqueueCombi: nothing,
    outgoingStream: empty,
    /** Called for PUBREC of a persistent session. */
    outgoingUpdate: async (client: StorageClient, { messageId }: StoredPacket) => sessionOf(client)?.markReceived(messageId ?? 0),
    /** Called for PUBACK and PUBCOMP. */
    outgoingClearMessageId: async (client: StorageClient, { cmd, messageId }: StoredPacket) =>
      sessionOf(client)?.complete(messageId ?? 0, cmd === 'puback' ? 1 : 2),
    // Both calls fall together here: the publish hook has accepted the message and noted its identifier, so aedes must
    // take every PUBLISH of QoS 2 for a known one and only answer it; for PUBREL it is told what is really there.
    incomingGetPacket: async (client: StorageClient, packet: StoredPacket) => {
      if (packet.cmd === 'publish') return packet;
      return sessionOf(client)?.incoming.release(packet.messageId ?? 0) === true ? packet : undefined;
    },
    incomingStorePacket: nothing,
    incomingDelPacket: nothing,
    cleanIncoming: nothing,
    putWill: nothing,
    delWill: nothing,
    getWill: nothing,
    streamWill: empty,
    destroy: nothing,
  };
}

/**
 * The emitter (`mq` option) that aedes is given: it carries nothing. mqemitter would let one subscriber that does not
 * read stall every publisher, and its own queue has no bound.
 */
export function silentEmitter(): object {
  return {
    on: (_topic: unknown, _listener: unknown, callback?: () => void): void => callback?.(),
    removeListener: (_topic: unknown, _listener: unknown, callback?: () => void): void => callback?.(),
    emit: (_packet: unknown, callback?: () => void): void => callback?.(),
    close: (callback?: () => void): void => callback?.(),
  };
}

async function nothing(): Promise<void> {}

function empty(): Readable {
  return Readable.from([]);
}
