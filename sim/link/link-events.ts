/** What a fault proxy observes. Counters are totals since the link began; they only grow. */
export interface LinkEvents {
  /** Each 250 ms and at every change of the faults. */
  'link.sample': LinkCounters;
  'link.connection.opened': { connection: number };
  /** `by`: client, server, fault, or shutdown. */
  'link.connection.closed': { connection: number; by: string; droppedBytes: number };
}

export interface LinkCounters {
  /** Connections open now. */
  open: number;
  connections: number;
  /** Client to server, delivered. */
  bytesUp: number;
  bytesDown: number;
  /** Bytes taken from one side that will never reach the other. */
  dropped: number;
  /** Bytes that waited for a partition to heal. */
  held: number;
  /** Chunks that were delivered later because of latency. */
  delayed: number;
  /** Milliseconds that chunks waited for bandwidth, summed. */
  throttledMs: number;
  /** Pieces that chunks were cut into. */
  sliced: number;
  /** Connections reset by a fault. */
  resets: number;
  /** Names of the faults active now. */
  faults: string[];
}
