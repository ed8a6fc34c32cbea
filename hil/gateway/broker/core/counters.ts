/** Totals since start; counts only grow. */
export interface CoreCounts {
  readonly connectedClients: number;
  readonly messagesAccepted: number;
  readonly messagesDelivered: number;
  /** Connections ended and messages or sessions dropped, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * What the broker counts. Reasons of `refused`:
 * - connections ended: malformed, protocol-error, packet-too-large, no-connect, protocol-version, client-id,
 *   not-authorized, authentication-method, receive-maximum, topic-alias, reserved-topic, unsupported, connections-full,
 *   connect-timeout, keepalive-timeout, store-failed, store-full (3.1.1)
 * - dropped: queue-full, sessions-full, retained-full, subscriptions-full, too-large-for-client, expired,
 *   publish-not-authorized, subscribe-not-authorized, store-full, store-failed
 */
export class Counters {
  connectedClients = 0;
  messagesAccepted = 0;
  messagesDelivered = 0;
  readonly #refused: Record<string, number> = {};

  refuse(reason: string): void {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
  }

  snapshot(): CoreCounts {
    const { connectedClients, messagesAccepted, messagesDelivered } = this;
    return { connectedClients, messagesAccepted, messagesDelivered, refused: { ...this.#refused } };
  }
}
