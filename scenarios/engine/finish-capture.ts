import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../hil/runtime/errors.ts';
import type { JournalEntry } from '../../hil/runtime/journal.ts';
import { textField } from '../../hil/runtime/observation-fields.ts';
import { createCaptureFile, type CaptureLimits } from '../../reports/pcapng/capture-file.ts';
import { sectionComment } from '../../reports/pcapng/decode-hints.ts';
import { mergeCaptures } from '../../reports/pcapng/merge-captures.ts';
import type { CaptureRecord } from '../../reports/record.ts';
import { captureEvents } from './capture-events.ts';
import type { CapturePlan } from './capture-plan.ts';
import { byTime } from './run-log.ts';

/** In the run folder. */
export const CAPTURE_FILE = 'capture.pcapng';
/** Holds the parts while the run goes on; what it holds after a run could not be put together. */
export const PARTS_FOLDER = 'capture-parts';

const READ_BYTES = 1_048_576;

export interface CaptureSubject {
  readonly plan: CapturePlan;
  readonly limits: CaptureLimits;
  readonly folder: string;
  readonly runId: string;
  readonly startWallMs: number;
}

/**
 * Puts the parts of a run together, with what happened as packets of text, and removes them. A capture that cannot be
 * written does not spoil a run: what is missing is said in the record, and the parts stay.
 * @returns Undefined when nothing was captured.
 */
export function finishCapture({ plan, limits, folder, runId, startWallMs }: CaptureSubject, journal: readonly JournalEntry[]): CaptureRecord | undefined {
  const parts = [...plan.parts.values()].filter((path) => existsSync(path));
  if (parts.length === 0) {
    rmSync(join(folder, PARTS_FOLDER), { recursive: true, force: true });
    return undefined;
  }
  const entries = byTime(journal);
  const stopped = entries.flatMap(({ type, source, t, data }) => (type === 'capture.stopped' ? [{ by: source, atMs: t, because: textField(data, 'because') }] : []));
  const path = join(folder, CAPTURE_FILE);
  const endMs = entries.at(-1)?.t ?? 0;
  try {
    const file = createCaptureFile({ path, comment: sectionComment(`fieldproof run ${runId}`), limits });
    mergeCaptures(parts, captureEvents(entries, startWallMs), file);
    const facts = file.close();
    if (facts.stopped === undefined) rmSync(join(folder, PARTS_FOLDER), { recursive: true, force: true });
    else stopped.push({ by: 'runner', atMs: Math.max(0, facts.stopped.wallMs - startWallMs), because: facts.stopped.because });
    return { mode: plan.mode, file: CAPTURE_FILE, sha256: sha256Of(path), bytes: facts.bytes, packets: facts.packets, interfaces: [...facts.interfaces], stopped };
  } catch (thrown) {
    const because = `the parts in ${PARTS_FOLDER} could not be put together: ${messageOf(thrown)}`;
    return { mode: plan.mode, file: PARTS_FOLDER, sha256: '', bytes: 0, packets: 0, interfaces: [], stopped: [...stopped, { by: 'runner', atMs: endMs, because }] };
  }
}

/** In pieces: a capture may be larger than what fits in memory twice. */
function sha256Of(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(READ_BYTES);
    for (let byteCount = readSync(file, piece); byteCount > 0; byteCount = readSync(file, piece)) hash.update(piece.subarray(0, byteCount));
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}
