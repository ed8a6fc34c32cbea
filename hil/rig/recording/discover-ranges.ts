import { ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, ILLEGAL_FUNCTION } from '../../protocols/modbus/exception.ts';
import { READ_BITS_MAX, READ_REGISTERS_MAX } from '../../protocols/modbus/limits.ts';
import { isBitTable } from '../../gateway/southbound/raw-layout.ts';
import type { RigLine, RigRead } from '../rig-line.ts';
import type { RecordedRange, RefusedRange } from './recording-format.ts';

export interface Discovery {
  readonly served: readonly RecordedRange[];
  readonly refused: readonly RefusedRange[];
  readonly requests: number;
  /** Why not every address was looked at; undefined when all were. */
  readonly incomplete: string | undefined;
}

export interface DiscoveryOptions {
  readonly unit: number;
  /** What to look at; wide ranges are cut to what one request may carry. */
  readonly within: readonly { readonly table: RecordedRange['table']; readonly address: number; readonly count: number }[];
  readonly requestsMax: number;
  readonly signal: AbortSignal;
}

/** Silences in a row after which a device is left alone. */
const SILENT_MAX = 3;

/**
 * Finds the addresses that a unit serves, by reads alone: a range that is refused is halved until each part is served
 * whole or is a single refused address. A table whose function is not supported (exception 01) is asked once. A value of
 * several registers that can only be read whole is found when it begins at an even offset of the search.
 */
export async function discoverRanges(line: RigLine, options: DiscoveryOptions): Promise<Discovery> {
  const search = new RangeSearch(line, options);
  for (const range of options.within) await search.table(range);
  return search.result();
}

class RangeSearch {
  readonly #line: RigLine;
  readonly #options: DiscoveryOptions;
  readonly #served: RecordedRange[] = [];
  readonly #refused: RefusedRange[] = [];
  readonly #unsupported = new Set<RecordedRange['table']>();
  /** Tables that refuse requests for their size (exception 03): what was read in parts is not put together there. */
  readonly #sizeLimited = new Set<RecordedRange['table']>();
  #requests = 0;
  #silent = 0;
  #unanswered = 0;
  #incomplete: string | undefined;

  constructor(line: RigLine, options: DiscoveryOptions) {
    this.#line = line;
    this.#options = options;
  }

  result(): Discovery {
    if (this.#unanswered > 0) this.#incomplete ??= `${this.#unanswered} of ${this.#requests} requests got no answer`;
    return { served: joined(this.#served, this.#sizeLimited), refused: joinedRefused(this.#refused), requests: this.#requests, incomplete: this.#incomplete };
  }

  async table({ table, address, count }: RecordedRange): Promise<void> {
    const step = isBitTable(table) ? READ_BITS_MAX : READ_REGISTERS_MAX - 1;
    for (let at = address; at < address + count; at += step) {
      if (this.#mustEnd()) return;
      if (this.#unsupported.has(table)) return;
      await this.#part({ table, address: at, count: Math.min(step, address + count - at) });
    }
  }

  async #part(range: RecordedRange): Promise<void> {
    if (this.#mustEnd() || this.#unsupported.has(range.table)) return;
    const read = await this.#ask(range);
    if (read.kind === 'words') this.#served.push(range);
    else if (read.kind === 'exception') await this.#refusedPart(range, read.code);
    else if (read.kind === 'closed') this.#incomplete = read.because;
  }

  async #refusedPart(range: RecordedRange, code: number): Promise<void> {
    const { table, address, count } = range;
    if (code === ILLEGAL_FUNCTION) {
      this.#unsupported.add(table);
      this.#refused.push({ table, address: 0, count: 65_536, code });
      return;
    }
    // What is refused for another reason than its address (a device that is busy, or fails) says nothing about the parts.
    if (code === ILLEGAL_DATA_VALUE) this.#sizeLimited.add(table);
    if (count === 1 || (code !== ILLEGAL_DATA_ADDRESS && code !== ILLEGAL_DATA_VALUE)) {
      this.#refused.push({ ...range, code });
      return;
    }
    // Even cuts, so that values of two and four registers stay whole as long as they can.
    const half = count === 2 ? 1 : Math.max(2, Math.floor(count / 4) * 2);
    await this.#part({ table, address, count: half });
    await this.#part({ table, address: address + half, count: count - half });
  }

  async #ask({ table, address, count }: RecordedRange): Promise<RigRead> {
    this.#requests += 1;
    const read = await this.#line.read(this.#options.unit, table, address, count);
    const isAnswer = read.kind === 'words' || read.kind === 'exception';
    this.#silent = isAnswer ? 0 : this.#silent + 1;
    if (!isAnswer) this.#unanswered += 1;
    return read;
  }

  #mustEnd(): boolean {
    const { requestsMax, signal } = this.#options;
    if (signal.aborted) this.#incomplete ??= 'interrupted';
    else if (this.#requests >= requestsMax) this.#incomplete ??= `the bound of ${requestsMax} requests was reached`;
    else if (this.#silent >= SILENT_MAX) this.#incomplete ??= `no answer ${SILENT_MAX} times in a row`;
    return this.#incomplete !== undefined;
  }
}

/** Neighbours that one request can carry become one range. */
function joined(parts: readonly RecordedRange[], sizeLimited: ReadonlySet<RecordedRange['table']>): RecordedRange[] {
  const ranges: RecordedRange[] = [];
  for (const part of parts) {
    const last = ranges.at(-1);
    const most = sizeLimited.has(part.table) ? 0 : isBitTable(part.table) ? READ_BITS_MAX : READ_REGISTERS_MAX;
    if (last !== undefined && last.table === part.table && last.address + last.count === part.address && last.count + part.count <= most) {
      ranges[ranges.length - 1] = { ...last, count: last.count + part.count };
    } else ranges.push(part);
  }
  return ranges;
}

function joinedRefused(parts: readonly RefusedRange[]): RefusedRange[] {
  const ranges: RefusedRange[] = [];
  for (const part of parts) {
    const last = ranges.at(-1);
    if (last !== undefined && last.table === part.table && last.code === part.code && last.address + last.count === part.address) {
      ranges[ranges.length - 1] = { ...last, count: last.count + part.count };
    } else ranges.push(part);
  }
  return ranges;
}
