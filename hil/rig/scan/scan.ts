import type { LinePort } from '../../gateway/southbound/line-port.ts';
import { messageOf } from '../../runtime/errors.ts';
import { openRigLine, type RigLine, type RigLineDeps } from '../rig-line.ts';
import { identify, type DeviceIdentification } from './device-identification.ts';
import { probesMax, scanPlaces, type ScanOptions, type ScanPlace, type ScanWay } from './scan-plan.ts';

/** A unit that answered. */
export interface ScanFind {
  readonly place: string;
  readonly way: ScanWay;
  readonly unit: number;
  /** Undefined when the device does not tell (FC 43/14 is optional). */
  readonly identification: DeviceIdentification | undefined;
}

export interface ScanResult {
  readonly found: readonly ScanFind[];
  /** What a person should know: ports that would not open, hosts that answer for every unit. */
  readonly notes: readonly string[];
  readonly requests: number;
  /** Why not everything was looked at; undefined when it was. */
  readonly incomplete: string | undefined;
}

export interface ScanProgress {
  readonly done: number;
  readonly total: number;
  readonly text: string;
}

export interface ScanDeps extends RigLineDeps {
  readonly onProgress: (progress: ScanProgress) => void;
  readonly signal: AbortSignal;
}

/** A unit that no bench has at the end of its range; a host that answers for it too does not look at unit ids. */
const UNLIKELY_UNIT = 247;
/** Gateway path unavailable, gateway target failed to respond: a gateway says that the unit is not there (V1.1b3, section 7). */
const GATEWAY_SAYS_NO: ReadonlySet<number> = new Set([0x0a, 0x0b]);

/**
 * Looks for Modbus units: opens every place in each way until units answer, asks each unit for holding register 0 and who
 * it is. Only reads leave (`read-only-port.ts`). Any answer that belongs to the request counts, an exception too.
 * Never throws for what is or is not on the bench.
 */
export async function scan(options: ScanOptions, deps: ScanDeps): Promise<ScanResult> {
  const run = new ScanRun(options, deps);
  for (const place of scanPlaces(options)) await run.look(place);
  return run.result();
}

class ScanRun {
  readonly #options: ScanOptions;
  readonly #deps: ScanDeps;
  readonly #endMs: number;
  readonly #found: ScanFind[] = [];
  readonly #notes: string[] = [];
  #requests = 0;
  #probes = 0;
  #incomplete: string | undefined;

  constructor(options: ScanOptions, deps: ScanDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#endMs = deps.clock.nowMs() + options.timeMsMax;
  }

  result(): ScanResult {
    return { found: this.#found, notes: this.#notes, requests: this.#requests, incomplete: this.#incomplete };
  }

  async look({ place, ways }: ScanPlace): Promise<void> {
    let skipped = ways.length * this.#options.units.length;
    for (const way of ways) {
      if (this.#mustEnd()) return;
      skipped -= this.#options.units.length;
      const outcome = await this.#tryWay(place, way);
      if (outcome === 'none') continue;
      // All units of a line share its settings, and what will not open in one way opens in none.
      this.#probes += skipped;
      return;
    }
  }

  async #tryWay(place: string, way: ScanWay): Promise<'found' | 'none' | 'closed'> {
    const line = await this.#open(place, way);
    if (line === undefined) return 'closed';
    try {
      const units = await this.#unitsOn(line, place, way);
      for (const unit of units) this.#found.push({ place, way, unit, identification: await identify(this.#counted(line.port), unit) });
      return units.length > 0 ? 'found' : 'none';
    } finally {
      await line.close();
    }
  }

  async #open(place: string, { address, transport }: ScanWay): Promise<RigLine | undefined> {
    try {
      return await openRigLine({ address, transport, timeoutMs: this.#options.probeTimeoutMs }, this.#deps);
    } catch (cause) {
      this.#notes.push(`${place}: ${messageOf(cause)}`);
      return undefined;
    }
  }

  async #unitsOn(line: RigLine, place: string, { transport }: ScanWay): Promise<number[]> {
    const units: number[] = [];
    for (const unit of this.#options.units) {
      if (this.#mustEnd()) return units;
      this.#probes += 1;
      this.#deps.onProgress({ done: this.#probes, total: probesMax(this.#options), text: `${line.name} unit ${unit}` });
      if (await this.#answers(line, unit)) units.push(unit);
    }
    const [first] = units;
    if (transport !== 'modbus-tcp' || first === undefined || this.#options.units.includes(UNLIKELY_UNIT) || units.length === 1) return units;
    if (!(await this.#answers(line, UNLIKELY_UNIT))) return units;
    this.#notes.push(`${place}: answers for every unit id, so only unit ${first} is listed`);
    return [first];
  }

  async #answers(line: RigLine, unit: number): Promise<boolean> {
    this.#requests += 1;
    const read = await line.read(unit, 'HOLDING_REGISTERS', 0, 1);
    return read.kind === 'words' || (read.kind === 'exception' && !GATEWAY_SAYS_NO.has(read.code));
  }

  #counted(port: LinePort): LinePort {
    return {
      exchange: (unitId, pdu) => {
        this.#requests += 1;
        return port.exchange(unitId, pdu);
      },
    };
  }

  #mustEnd(): boolean {
    const { timeMsMax, requestsMax } = this.#options;
    if (this.#deps.signal.aborted) this.#incomplete ??= 'interrupted';
    else if (this.#deps.clock.nowMs() >= this.#endMs) this.#incomplete ??= `the time of ${timeMsMax / 1_000} s was up`;
    else if (this.#requests >= requestsMax) this.#incomplete ??= `the bound of ${requestsMax} requests was reached`;
    return this.#incomplete !== undefined;
  }
}
