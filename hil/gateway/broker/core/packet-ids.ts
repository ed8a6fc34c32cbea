const PACKET_ID_MAX = 65_535;

/** Packet identifiers of one sender: the next one that is not in use (MQTT-2.2.1-4), never zero. */
export class PacketIds {
  #last = 0;

  /** @param isUsed - At least one identifier must be free: in-flight windows are smaller than 65,535. */
  next(isUsed: (packetId: number) => boolean): number {
    do {
      this.#last = (this.#last % PACKET_ID_MAX) + 1;
    } while (isUsed(this.#last));
    return this.#last;
  }
}
