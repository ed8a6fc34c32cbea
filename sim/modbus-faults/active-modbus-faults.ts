import { every, type Clock, type Timer } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Observe } from '../../hil/runtime/observation.ts';
import { randomFromHex, type Random } from '../../hil/runtime/random.ts';
import { modbusFaultKind } from './faults/fault-table.ts';
import { NO_MODBUS_COUNTS, type FaultCounter, type ModbusCounters } from './modbus-fault-events.ts';
import type { FaultedLine, ModbusFault } from './modbus-fault.ts';
import type { ModbusFaultKind } from './modbus-fault-kind.ts';
import type { RequestFacts } from './request-facts.ts';

/** A fault to put in force. */
export interface ModbusFaultSpec {
  /** Its id, unique among the active faults. */
  readonly fault: string;
  readonly kind: string;
  /** As the scenario states them, or already parsed. */
  readonly params: unknown;
  /** The fault's part of the seed tree; without it, it is derived from the id. */
  readonly seedHex?: string;
}

/** A fault in force on one line. */
export interface FaultOnLine {
  readonly fault: ModbusFault;
  /** Counts the hit and tells it. */
  readonly hit: (facts: Pick<RequestFacts, 'unit' | 'functionCode'>, what: string) => void;
}

/** The faults in force on a group of lines, which may come and go in mid-run. */
export interface ActiveModbusFaults {
  /**
   * Puts a fault in force on every line.
   * @throws FieldproofError FP_SCHEMA for a wrong kind or parameter, or one that a line cannot have; FP_CONTROL when the id
   *   is active; FP_LIMIT. Nothing is in force then.
   */
  start(spec: ModbusFaultSpec): Promise<void>;
  /** Undoes a fault. Harmless when no such fault is active. */
  stop(id: string): Promise<void>;
  list(): readonly string[];
  /** The counters now; a copy. */
  counters(): ModbusCounters;
  /** Adds a line; faults that are in force act on it too. @returns what acts on it, in order of composition. */
  addLine(line: FaultedLine): LineFaults;
  /** Undoes all faults and stops sampling. Safe to call again. */
  close(): Promise<void>;
}

/** The faults of one line. */
export interface LineFaults {
  readonly line: FaultedLine;
  readonly active: () => readonly FaultOnLine[];
  readonly counters: ModbusCounters;
}

export interface ActiveModbusFaultsDeps {
  readonly clock: Clock;
  /** Feeds faults that come without a seed of their own. */
  readonly random: Random;
  /** Gets the events of `ModbusFaultEvents`. */
  readonly observe: Observe;
}

/** Faults active at once. */
const ACTIVE_FAULTS_MAX = 64;
const SAMPLE_PERIOD_MS = 250;
/** Hits told one by one in each sample period; the others are counted. */
export const HITS_LISTED_MAX = 100;

interface InForce {
  readonly id: string;
  readonly rank: number;
  readonly row: ModbusFaultKind;
  readonly spec: ModbusFaultSpec;
  readonly random: Random;
  readonly onLines: Map<FaultedLine, FaultOnLine>;
  readonly undo: (() => Promise<void>)[];
}

export function createActiveModbusFaults(deps: ActiveModbusFaultsDeps): ActiveModbusFaults {
  return new FaultBox(deps);
}

class FaultBox implements ActiveModbusFaults {
  readonly #deps: ActiveModbusFaultsDeps;
  readonly #counters: ModbusCounters = { ...NO_MODBUS_COUNTS };
  readonly #lines = new Map<FaultedLine, FaultOnLine[]>();
  readonly #inForce = new Map<string, InForce>();
  #sampling: Timer | undefined;
  #listedHits = 0;

  constructor(deps: ActiveModbusFaultsDeps) {
    this.#deps = deps;
  }

  async start(spec: ModbusFaultSpec): Promise<void> {
    const { fault: id, kind, seedHex } = spec;
    if (this.#inForce.has(id)) throw new FieldproofError('FP_CONTROL', `fault ${id} is active already`);
    if (this.#inForce.size >= ACTIVE_FAULTS_MAX) throw new FieldproofError('FP_LIMIT', `${ACTIVE_FAULTS_MAX} faults are active, the bound`);
    const random = seedHex === undefined ? this.#deps.random.child(`fault/${id}`) : randomFromHex(seedHex);
    const starting: InForce = { id, ...modbusFaultKind(kind), spec, random, onLines: new Map(), undo: [] };
    // All lines or none: parameters are refused before the first line has changed.
    for (const line of this.#lines.keys()) starting.onLines.set(line, this.#create(starting, line));
    this.#inForce.set(id, starting);
    try {
      for (const { fault } of starting.onLines.values()) if (fault.begin !== undefined) starting.undo.push(await fault.begin());
    } catch (cause) {
      await this.stop(id);
      throw cause;
    }
    this.#settle();
  }

  async stop(id: string): Promise<void> {
    const ending = this.#inForce.get(id);
    if (ending === undefined) return;
    this.#inForce.delete(id);
    this.#settle();
    await Promise.all(ending.undo.map((undo) => undo()));
  }

  list(): readonly string[] {
    return [...this.#inForce.keys()];
  }

  counters(): ModbusCounters {
    return { ...this.#counters };
  }

  addLine(line: FaultedLine): LineFaults {
    this.#lines.set(line, []);
    for (const entry of this.#inForce.values()) entry.onLines.set(line, this.#create(entry, line));
    this.#arrange(line);
    return { line, active: () => this.#lines.get(line) ?? [], counters: this.#counters };
  }

  async close(): Promise<void> {
    for (const id of this.list()) await this.stop(id);
    this.#sampling?.cancel();
    this.#sampling = undefined;
  }

  #create({ id, row, spec, random }: InForce, line: FaultedLine): FaultOnLine {
    const hit: FaultOnLine['hit'] = ({ unit, functionCode }, what) => {
      this.#count(row.counter, { fault: id, kind: row.kind, line: line.name, unit, functionCode, what });
    };
    const { clock } = this.#deps;
    const fault = row.create(spec.params, { clock, random: random.child(`line/${line.name}`), line, counters: this.#counters, hit: (what) => hit({ unit: 0, functionCode: 0 }, what) });
    return { fault, hit };
  }

  #count(counter: FaultCounter, hit: { fault: string; kind: string; line: string; unit: number; functionCode: number; what: string }): void {
    this.#counters[counter] += 1;
    this.#listedHits += 1;
    if (this.#listedHits > HITS_LISTED_MAX) this.#counters.unlistedHits += 1;
    else this.#deps.observe('modbus.hit', hit);
  }

  /** The faults have changed: every line gets its new row of them, and the journal a sample. */
  #settle(): void {
    for (const line of this.#lines.keys()) this.#arrange(line);
    this.#sample();
    if (this.#inForce.size > 0) this.#sampling ??= every(this.#deps.clock, SAMPLE_PERIOD_MS, () => this.#sample());
    else {
      this.#sampling?.cancel();
      this.#sampling = undefined;
    }
  }

  #arrange(line: FaultedLine): void {
    const ranked = [...this.#inForce.values()].toSorted((a, b) => a.rank - b.rank);
    this.#lines.set(line, ranked.flatMap(({ onLines }) => onLines.get(line) ?? []));
  }

  #sample(): void {
    this.#listedHits = 0;
    this.#deps.observe('modbus.sample', { ...this.#counters, faults: this.list() });
  }
}
