import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import { readJournal } from '../../hil/runtime/journal-reader.ts';
import type { RunRecord } from '../../reports/record.ts';
import { runVerdict, scheduleSha256 } from './build-record.ts';
import { exitCodeOf } from './exit-code.ts';
import { judgeRun } from './judge-run.ts';
import { catalogFile } from './catalog.ts';
import { loadScenario, loadScenarioText, type LoadedScenario } from './load-scenario.ts';
import { scheduleSchema, type Schedule } from './schedule.ts';

/**
 * The scenario and schedule of a stored run, ready to be run again.
 * @throws FieldproofError FP_RECORD_INVALID when a file of the folder is missing, does not parse or was changed.
 */
export function loadStoredScenario(runDir: string, record: RunRecord): { readonly loaded: LoadedScenario; readonly schedule: Schedule } {
  const loaded = storedScenario(runDir, record);
  if (loaded.sha256 !== record.scenario.sha256) throw changed(runDir, 'config/scenario.yaml');
  const schedule = storedSchedule(join(runDir, 'schedule.json'));
  if (scheduleSha256(schedule) !== record.scheduleSha256) throw changed(runDir, 'schedule.json');
  return { loaded, schedule };
}

/** The text is the stored one; paths in it start where the original file lies, as long as that is still there. */
function storedScenario(runDir: string, record: RunRecord): LoadedScenario {
  const file = join(runDir, 'config', 'scenario.yaml');
  const original = catalogFile(record.scenario.file) ?? record.scenario.file;
  if (!existsSync(original)) return loadScenario(file, record.variables);
  return loadScenarioText(readText(file), { file, folder: dirname(original), name: record.scenario.file }, record.variables);
}

function storedSchedule(file: string): Schedule {
  try {
    return scheduleSchema.parse(JSON.parse(readText(file)));
  } catch (cause) {
    throw new FieldproofError('FP_RECORD_INVALID', `${file} holds no schedule: ${messageOf(cause)}`, { place: { file }, cause });
  }
}

/** Judges a stored journal again. @throws FieldproofError FP_JOURNAL_CORRUPT, FP_RECORD_INVALID. */
export function judgeAgain(runDir: string, record: RunRecord): RunRecord {
  const { loaded } = loadStoredScenario(runDir, record);
  const entries = readJournal(join(runDir, record.journal.file));
  if (entries.at(-1)?.hash !== record.journal.headHash) throw changed(runDir, record.journal.file);
  const interrupted = entries.some(({ type }) => type === 'run.interrupted');
  const ownFault = record.reasons.some((reason) => reason.startsWith('error '));
  const checks = judgeRun(loaded.scenario, entries, record.reasons[0]);
  const verdict = runVerdict(checks, ownFault, interrupted);
  return { ...record, checks, verdict, exitCode: exitCodeOf(verdict, interrupted) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new FieldproofError('FP_RECORD_INVALID', `cannot read ${file}: ${messageOf(cause)}`, { place: { file }, cause });
  }
}

function changed(runDir: string, file: string): FieldproofError {
  return new FieldproofError('FP_RECORD_INVALID', `${join(runDir, file)} is not what the record was made from: its hash differs`, {
    hint: 'The run folder was changed after the run; run the scenario again.',
  });
}
