/** QoS 2 messages of one client that were accepted and not yet released by PUBREL. */
export const INCOMING_QOS2_MAX = 4_096;

/**
 * The packet identifiers of QoS 2 messages that one client sent and has not released: a PUBLISH with one of them is
 * the same message again, whatever its DUP flag says (MQTT 3.1.1 section 4.3.3, method A).
 */
export class IncomingPacketIds {
  readonly #ids = new Set<number>();

  /**
   * @returns true when the identifier is new: the message is to be accepted. Beyond the bound the oldest is forgotten,
   * so that a client which never releases cannot lock itself out.
   */
  add(packetId: number): boolean {
    if (this.#ids.has(packetId)) return false;
    if (this.#ids.size >= INCOMING_QOS2_MAX) {
      const [oldest] = this.#ids;
      if (oldest !== undefined) this.#ids.delete(oldest);
    }
    this.#ids.add(packetId);
    return true;
  }

  /** PUBREL arrived. @returns whether the identifier was there. */
  release(packetId: number): boolean {
    return this.#ids.delete(packetId);
  }
}
