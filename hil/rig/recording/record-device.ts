import { sleep } from '../../runtime/clock.ts';
import { FieldproofError } from '../../runtime/errors.ts';
import { linkAddressOf } from '../dut-address.ts';
import type { Dut } from '../hardware-map.ts';
import { openRigLine, type RigLine, type RigLineDeps } from '../rig-line.ts';
import { formatIdentification, identify } from '../scan/device-identification.ts';
import { discoverRanges } from './discover-ranges.ts';
import { cutToRequests } from './record-ranges.ts';
import { createRecording, type RecordingWriter } from './recording-writer.ts';
import { RANGES_MAX, type RecordedRange, type RecordingHeader, type RefusedRange } from './recording-format.ts';

export interface RecordOptions {
  readonly dut: Dut;
  readonly unit: number;
  /** Read as they are; undefined: the device is searched within `searchIn` first. */
  readonly ranges: readonly RecordedRange[] | undefined;
  readonly searchIn: readonly RecordedRange[];
  readonly searchRequestsMax: number;
  readonly forMs: number;
  readonly pollEveryMs: number;
  /** Where the recording goes; an older one there is replaced. */
  readonly file: string;
}

export interface RecordDeps extends RigLineDeps {
  /** Ends the recording early; what was seen stays. */
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** What was recorded, in numbers. */
export interface RecordSummary {
  readonly header: RecordingHeader;
  readonly samples: number;
  readonly answers: number;
  readonly exceptions: number;
  readonly silences: number;
  /** The line closed before the time was over. */
  readonly isLost: boolean;
  /** What a person should know: the search was not complete, the line was lost. */
  readonly notes: readonly string[];
}

interface Found {
  readonly ranges: readonly RecordedRange[];
  readonly refused: readonly RefusedRange[];
  readonly notes: readonly string[];
}

/**
 * Polls a DUT for a time, by reads alone, and stores values, response times and exceptions.
 * @throws FieldproofError FP_RIG_MISSING, FP_RIG_SILENT, FP_FILE_UNREADABLE; FP_LIMIT for too many ranges.
 */
export async function recordDevice(options: RecordOptions, deps: RecordDeps): Promise<RecordSummary> {
  const { dut } = options;
  const line = await openRigLine({ address: linkAddressOf(dut), transport: dut.transport, timeoutMs: dut.timeout }, deps);
  try {
    const found = await findRanges(line, options, deps);
    const header = await headerOf(line, options, found, deps);
    const writer = createRecording(options.file, header);
    try {
      return await poll(line, header, writer, found.notes, options, deps);
    } finally {
      writer.close();
    }
  } finally {
    await line.close();
  }
}

async function findRanges(line: RigLine, options: RecordOptions, deps: RecordDeps): Promise<Found> {
  if (options.ranges !== undefined) return { ranges: cutToRequests(options.ranges), refused: [], notes: [] };
  deps.onProgress(`searching ${options.dut.id} unit ${options.unit}`);
  const { served, refused, requests, incomplete } = await discoverRanges(line, {
    unit: options.unit,
    within: options.searchIn,
    requestsMax: options.searchRequestsMax,
    signal: deps.signal,
  });
  if (served.length === 0) {
    const because = incomplete ?? 'every address was refused';
    throw new FieldproofError('FP_RIG_SILENT', `${options.dut.id} unit ${options.unit} serves nothing where it was searched: ${because}`, {
      hint: 'Say where its registers are: --range holding:100-20, or give the DUT a profile in the map.',
    });
  }
  const addresses = served.reduce((sum, { count }) => sum + count, 0);
  deps.onProgress(`found ${addresses} addresses in ${served.length} ranges with ${requests} requests`);
  return { ranges: cutToRequests(served), refused, notes: incomplete === undefined ? [] : [`the search was not complete: ${incomplete}`] };
}

async function headerOf(line: RigLine, { dut, unit, pollEveryMs }: RecordOptions, { ranges, refused }: Found, { clock }: RecordDeps): Promise<RecordingHeader> {
  if (ranges.length > RANGES_MAX) throw new FieldproofError('FP_LIMIT', `${dut.id}: ${ranges.length} ranges to record; the bound is ${RANGES_MAX}`);
  const identification = await identify(line.port, unit);
  const address = linkAddressOf(dut);
  return {
    fieldproof: 'recording',
    version: 1,
    dut: dut.id,
    model: dut.model === '' && identification !== undefined ? formatIdentification(identification) : dut.model,
    transport: dut.transport,
    baudRate: address.kind === 'serial' ? address.line.baudRate : null,
    unit,
    startedAt: new Date(clock.wallMs()).toISOString(),
    pollEveryMs,
    identification: identification === undefined ? null : { ...identification },
    ranges: [...ranges],
    refused: [...refused],
  };
}

async function poll(
  line: RigLine,
  header: RecordingHeader,
  writer: RecordingWriter,
  notes: readonly string[],
  { dut, unit, forMs, pollEveryMs }: RecordOptions,
  { clock, signal, onProgress }: RecordDeps,
): Promise<RecordSummary> {
  const startMs = clock.nowMs();
  const tally = { samples: 0, answers: 0, exceptions: 0, silences: 0, isLost: false };
  const said = [...notes];
  const isOver = (): boolean => signal.aborted || clock.nowMs() - startMs >= forMs || said.length > notes.length;
  for (let turn = 0; !isOver(); turn += 1) {
    onProgress(`${Math.round((clock.nowMs() - startMs) / 1_000)} of ${Math.round(forMs / 1_000)} s, ${tally.samples} samples`);
    for (const [index, { table, address, count }] of header.ranges.entries()) {
      if (isOver()) break;
      const askedMs = clock.nowMs() - startMs;
      const read = await line.read(unit, table, address, count);
      tally.samples += 1;
      if (read.kind === 'words') tally.answers += 1;
      else if (read.kind === 'exception') tally.exceptions += 1;
      else tally.silences += 1;
      if (read.kind === 'closed') {
        tally.isLost = true;
        said.push(`the line was lost after ${(askedMs / 1_000).toFixed(1)} s: ${read.because}`);
      } else if (!writer.add(askedMs, index, read)) said.push('the recording is full');
    }
    await sleep(clock, Math.max(0, Math.min(startMs + (turn + 1) * pollEveryMs, startMs + forMs) - clock.nowMs()), signal);
  }
  if (tally.answers === 0) throw new FieldproofError('FP_RIG_SILENT', `${dut.id} unit ${unit} answered none of ${tally.samples} reads with values`);
  return { header, ...tally, notes: said };
}
