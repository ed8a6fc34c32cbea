/** What a stage with Modbus faults observes. Counters are totals since it began; they only grow. */
export interface ModbusFaultEvents {
  /**
   * A fault did something to one frame. `unit` and `functionCode` are those of the request; `what` says it for a person.
   * At most HITS_LISTED_MAX in each sample period are told one by one, the rest is in the counters.
   */
  'modbus.hit': { fault: string; kind: string; line: string; unit: number; functionCode: number; what: string };
  /** Each 250 ms while a fault is in force, and at every change of the faults. */
  'modbus.sample': ModbusCounters & { faults: string[] };
}

/** One counter for each kind of fault counts the frames it hit; the others say what passed. */
export interface ModbusCounters {
  /** Requests that came from clients. */
  requests: number;
  /** Responses that came from devices, and those that a fault made up. */
  responses: number;
  exception: number;
  noReply: number;
  slowReply: number;
  wrongUnit: number;
  wrongTransactionId: number;
  stuckValue: number;
  drift: number;
  crcError: number;
  collision: number;
  noise: number;
  partialFrame: number;
  gap: number;
  echo: number;
  serialDisconnect: number;
  /** Bits that noise inverted. */
  bitErrors: number;
  /** Frames that were held back and given up because too many waited. */
  lost: number;
  /** Hits that were counted only, because there were too many to tell each. */
  unlistedHits: number;
}

/** A counter that a fault of this name adds to. */
export type FaultCounter = Exclude<keyof ModbusCounters, 'requests' | 'responses' | 'bitErrors' | 'lost' | 'unlistedHits'>;

export const NO_MODBUS_COUNTS: Readonly<ModbusCounters> = {
  requests: 0,
  responses: 0,
  exception: 0,
  noReply: 0,
  slowReply: 0,
  wrongUnit: 0,
  wrongTransactionId: 0,
  stuckValue: 0,
  drift: 0,
  crcError: 0,
  collision: 0,
  noise: 0,
  partialFrame: 0,
  gap: 0,
  echo: 0,
  serialDisconnect: 0,
  bitErrors: 0,
  lost: 0,
  unlistedHits: 0,
};
