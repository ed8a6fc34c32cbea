import type { Point } from '../../hil/gateway/southbound/point.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';
import type { SerialLine } from '../../hil/transport/byte-link.ts';
import type { ModbusCounters } from './modbus-fault-events.ts';
import type { RequestFacts } from './request-facts.ts';

/** How frames look on a line. */
export const FRAMINGS = ['tcp', 'rtu', 'ascii'] as const;
export type Framing = (typeof FRAMINGS)[number];

/** `request`: from the client to the device; `response`: the way back. */
export const FRAME_DIRECTIONS = ['request', 'response'] as const;
export type FrameDirection = (typeof FRAME_DIRECTIONS)[number];

/** What the faults have to know about the line they act on. */
export interface FaultedLine {
  /** Names it in events: a device on TCP, a group or a port on a serial line. */
  readonly name: string;
  /** As the client sees it. */
  readonly framing: Framing;
  /** Of the client's side; undefined on TCP. */
  readonly serial: SerialLine | undefined;
  /** The points of the devices, when they are known; all devices of a line are alike. */
  readonly points: readonly Point[] | undefined;
  /** Told the values that a fault made a device tell, so that the journal holds what the client really got. */
  readonly told: (unit: number, values: Record<string, PointValue>) => void;
  /** Pulls the plug of the client's side and puts it back; undefined where there is none. */
  readonly plug: PullablePlug | undefined;
}

export interface PullablePlug {
  unplug(): Promise<void>;
  plug(): Promise<void>;
}

/** One frame without its envelope. */
export interface ModbusMessage {
  /** 0 to 255. */
  readonly unit: number;
  readonly pdu: Uint8Array;
  /** Modbus TCP only. */
  readonly transactionId: number | undefined;
  /** ASCII only: what ends its frame; left out, the line feed. */
  readonly endCharacter?: number;
}

/** Bytes that go out some time after what was sent before them. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Wait after the piece before, or, for the first, from now on, milliseconds. */
  readonly afterMs: number;
}

/** A frame as it goes out. */
export interface Transmission {
  readonly direction: FrameDirection;
  /** Of the side it goes out on. */
  readonly framing: Framing;
  readonly pieces: readonly Piece[];
}

/** A fault did something: what became of its subject, and what it did, in words. */
export interface Effect<Outcome> {
  readonly outcome: Outcome;
  readonly what: string;
}

/** What becomes of a request: nothing reaches the device, or it is answered in the device's place. */
export type RequestOutcome = { readonly kind: 'dropped' } | { readonly kind: 'answered'; readonly pdu: Uint8Array };

/**
 * A fault in force on one line. Each member is called for the frames it is about, and returns undefined when it leaves
 * the frame alone. Members may keep state; they never throw.
 */
export interface ModbusFault {
  /** A request, before the device gets it. */
  readonly onRequest?: (message: ModbusMessage, facts: RequestFacts) => Effect<RequestOutcome> | undefined;
  /** A response; `undefined` as outcome: it is dropped. */
  readonly onResponse?: (message: ModbusMessage, facts: RequestFacts) => Effect<ModbusMessage | undefined> | undefined;
  /** The bytes of a frame that goes out. */
  readonly onBytes?: (transmission: Transmission, facts: RequestFacts) => Effect<readonly Piece[]> | undefined;
  /** Bytes that the client hears of its own request. */
  readonly onEcho?: (request: Uint8Array, facts: RequestFacts) => Effect<readonly Piece[]> | undefined;
  /** The fault came into force on this line; what it returns is called when it ends. */
  readonly begin?: () => Promise<() => Promise<void>>;
}

export interface ModbusFaultDeps {
  readonly clock: Clock;
  /** Belongs to this fault and this line alone. */
  readonly random: Random;
  readonly line: FaultedLine;
  /** For figures beside the count of hits. */
  readonly counters: Pick<ModbusCounters, 'bitErrors'>;
  /** Counts and tells a hit that no frame was there for. */
  readonly hit: (what: string) => void;
}
