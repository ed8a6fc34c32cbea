import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { loadProfile } from '../../hil/gateway/southbound/load-profile.ts';
import type { Dut } from '../../hil/rig/hardware-map.ts';
import type { RigLineDeps } from '../../hil/rig/rig-line.ts';
import { findDut, loadHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import { readRecording } from '../../hil/rig/recording/read-recording.ts';
import { recordDevice, type RecordSummary } from '../../hil/rig/recording/record-device.ts';
import { DISCOVERY_DEFAULT, parseRange, rangesOfProfile } from '../../hil/rig/recording/record-ranges.ts';
import { recordedProfileText } from '../../hil/rig/recording/recorded-profile.ts';
import type { RecordedRange } from '../../hil/rig/recording/recording-format.ts';
import { measuredTimes } from '../../hil/rig/recording/response-times.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { observeNothing } from '../../hil/runtime/observation.ts';
import { tappedOpenLink, type TappedPlace } from '../../hil/transport/tapped-open-link.ts';
import { EXIT } from '../engine/exit-code.ts';
import { addCaptureLimits, openCapture, type CaptureLimitFlags, type OpenCapture } from './capture-option.ts';
import { parseDuration } from './duration-option.ts';
import { shortPath } from './execute-run.ts';
import { parseInteger } from './option-parsers.ts';
import { say, type ProgramContext } from './program-context.ts';
import { addLeaseOptions, rigLineDeps, underLease, type LeaseFlags } from './rig-environment.ts';
import { FRAMING_OF } from './tapped-framing.ts';
import { mustBeNew, writeNewFile } from './write-new-file.ts';

interface RecordFlags extends LeaseFlags, CaptureLimitFlags {
  readonly for: number;
  readonly every: number;
  readonly range: readonly RecordedRange[];
  readonly search: readonly RecordedRange[];
  readonly searchRequests: number;
  readonly unit?: number;
  readonly out: string;
  readonly force: boolean;
  readonly capture: boolean;
}

const FOR_MS_MAX = 86_400_000;
const EVERY_MS_MIN = 10;
const DESCRIPTION = [
  'Polls a device by reads alone and stores values, response times and exceptions; makes a device profile and a recording',
  'that `sim plc --recording` replays. Reads what --range says, else what the profile of the DUT reads, else it searches.',
].join(' ');
/** A pipe gets a line of progress for each so many. */
const PLAIN_STEP = 5;

/** `fieldproof rig record <dut>` */
export function addRigRecordCommand(rig: Command, context: ProgramContext, finish: (code: number) => void): void {
  addCaptureLimits(addLeaseOptions(rig.command('record').summary('record a device: values, times, exceptions')))
    .description(DESCRIPTION)
    .argument('<dut>', 'its id')
    .option('--for <duration>', 'how long', parseDuration, 30_000)
    .option('--every <duration>', 'how often all ranges are read', parseDuration, 1_000)
    .option('--range <table:start-count>', 'coil, discrete, input or holding, e.g. holding:0-20; may be given again', collectRange, [])
    .option('--search <table:start-count>', 'search there for what is served (default: the first 128 of each table); may be given again', collectRange, [])
    .option('--search-requests <number>', 'the search ends after so many', parseInteger(1, 100_000, 'requests'), 2_000)
    .option('--unit <id>', 'which of its units (default: the first)', parseInteger(1, 247, 'unit id'))
    .option('--out <folder>', 'where recording and profile go', '.')
    .option('--no-capture', 'keep no packets (else <dut>.capture.pcapng, which Wireshark opens)')
    .option('--force', 'replace existing files', false)
    .action(async (id: string, flags: RecordFlags) => finish(await record(id, flags, context)));
}

async function record(id: string, flags: RecordFlags, context: ProgramContext): Promise<number> {
  const loaded = loadHardwareMap(resolve(flags.map));
  const dut = findDut(loaded, id);
  const unit = unitOf(dut, flags);
  checkTimes(flags);
  const recordingFile = join(resolve(flags.out), `${id}.recording.ndjson`);
  const profileFile = join(resolve(flags.out), `${id}.profile.yaml`);
  const captureFile = join(resolve(flags.out), `${id}.capture.pcapng`);
  for (const file of [recordingFile, profileFile, ...(flags.capture ? [captureFile] : [])]) mustBeNew(file, flags.force);
  mkdirSync(resolve(flags.out), { recursive: true });
  const captured: { capture?: OpenCapture | undefined } = {};
  const isInterrupted = { value: false };
  const summary = await underLease(dut, `rig record ${id}`, flags, context, (signal) => {
    signal.addEventListener('abort', () => void (isInterrupted.value = true), { once: true });
    captured.capture = flags.capture ? captureAt(captureFile, id, flags, context) : undefined;
    return recordDevice(
      {
        dut,
        unit,
        ranges: rangesOf(dut, loaded.folder, flags),
        searchIn: flags.search.length > 0 ? flags.search : DISCOVERY_DEFAULT,
        searchRequestsMax: flags.searchRequests,
        forMs: flags.for,
        pollEveryMs: flags.every,
        file: recordingFile,
      },
      { ...lineDeps(dut, captured.capture, context), signal, onProgress: progressLines(context) },
    );
  }).finally(() => captured.capture?.close());
  writeNewFile(profileFile, recordedProfileText(readRecording(recordingFile)), flags.force);
  for (const line of report(summary, recordingFile, profileFile, flags.capture ? captureFile : undefined, dut)) say(context, line);
  if (isInterrupted.value) return EXIT.interrupted;
  return summary.isLost ? EXIT.error : EXIT.pass;
}

function captureAt(file: string, id: string, { captureLimit, capturePackets }: RecordFlags, context: ProgramContext): OpenCapture | undefined {
  const log = { warn: (message: string, data?: object) => say(context, `  ${message} ${JSON.stringify(data ?? {})}`) };
  return openCapture({ capture: file, captureLimit, capturePackets }, { id, clock: context.clock, observe: observeNothing, log });
}

function lineDeps(dut: Dut, capture: OpenCapture | undefined, context: ProgramContext): RigLineDeps {
  const deps = rigLineDeps(context);
  if (capture === undefined) return deps;
  const place: TappedPlace = { place: dut.id, framing: FRAMING_OF[dut.transport] };
  return { ...deps, openLink: tappedOpenLink(deps.openLink, capture.wire, () => place) };
}

function rangesOf(dut: Dut, folder: string, { range, search }: RecordFlags): readonly RecordedRange[] | undefined {
  if (range.length > 0) return range;
  return dut.profile === undefined || search.length > 0 ? undefined : rangesOfProfile(loadProfile(dut.profile, folder));
}

function unitOf(dut: Dut, { unit = dut.units[0] ?? 1 }: RecordFlags): number {
  if (dut.units.includes(unit)) return unit;
  throw new FieldproofError('FP_USAGE', `--unit ${unit}: the map gives ${dut.id} the units ${dut.units.join(', ')}`);
}

function checkTimes({ for: forMs, every }: RecordFlags): void {
  if (forMs > FOR_MS_MAX) throw new FieldproofError('FP_USAGE', `--for: a recording takes at most ${FOR_MS_MAX / 3_600_000} h`);
  if (every < EVERY_MS_MIN) throw new FieldproofError('FP_USAGE', `--every: at least ${EVERY_MS_MIN} ms`);
}

function report({ header, answers, exceptions, silences, notes }: RecordSummary, recordingFile: string, profileFile: string, captureFile: string | undefined, dut: Dut): string[] {
  const times = measuredTimes(readRecording(recordingFile));
  const shown = [0.5, 0.9, 0.99, 1].map((share) => `${share === 1 ? 'max' : `p${share * 100}`} ${times.percentile(share).toFixed(1)} ms`);
  const addresses = header.ranges.reduce((sum, { count }) => sum + count, 0);
  const withProfile = dut.profile === undefined ? [`  next       set profile: ${shortPath(profileFile)} for ${dut.id} in the hardware map`] : [];
  return [
    `${dut.id} unit ${header.unit}${header.model === '' ? '' : ` (${header.model})`}: ${addresses} addresses in ${header.ranges.length} ranges`,
    `  answers    ${answers}, exceptions ${exceptions}, no answer ${silences}`,
    `  time       ${shown.join('  ')}`,
    ...notes.map((note) => `  note       ${note}`),
    `  recording  ${shortPath(recordingFile)}`,
    `  profile    ${shortPath(profileFile)}`,
    ...(captureFile === undefined ? [] : [`  capture    ${shortPath(captureFile)}`]),
    ...withProfile,
    `  replay     fieldproof sim plc --recording ${shortPath(recordingFile)}`,
  ];
}

function progressLines(context: ProgramContext): (text: string) => void {
  const isTerminal = context.stderr.isTTY === true;
  let count = 0;
  return (text) => {
    count += 1;
    if (isTerminal) context.stderr.write(`\r\u001b[K  ${text}`);
    else if (count % PLAIN_STEP === 1) say(context, `  ${text}`);
  };
}

function collectRange(text: string, before: readonly RecordedRange[]): RecordedRange[] {
  return [...before, parseRange(text)];
}
