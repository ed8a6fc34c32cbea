import type { Paint } from '../../reports/terminal-summary.ts';
import type { Progress, Snapshot } from '../engine/progress.ts';
import { createPaint } from './paint.ts';
import type { ProgramContext } from './program-context.ts';

/** Shows how a run goes on. */
export interface ProgressDisplay {
  readonly show: (progress: Progress) => void;
  /** Leaves the terminal as it was found; safe to call again. */
  readonly end: () => void;
}

/** In a pipe a figure line each so many ticks (seconds) is enough. */
const PLAIN_TICKS = 5;
/** A terminal that does not tell its width (or tells 0). */
const COLUMNS_UNKNOWN = 100;
const CLEAR_LINE = '\r\u001B[2K';

/** A terminal gets one live line below the events; a pipe gets plain lines only. Both on stderr. */
export function showProgress(context: ProgramContext): ProgressDisplay {
  const live = context.stderr.isTTY === true;
  const paint = createPaint(context.colours);
  let statusShown = false;
  let ticks = 0;
  const clear = (): void => {
    if (statusShown) context.stderr.write(CLEAR_LINE);
    statusShown = false;
  };
  const line = (text: string): void => {
    clear();
    context.stderr.write(`${text}\n`);
  };
  const tick = (snapshot: Snapshot): void => {
    ticks += 1;
    const text = figures(snapshot);
    if (live) {
      clear();
      context.stderr.write(paint.dim(text.slice(0, (context.stderr.columns || COLUMNS_UNKNOWN) - 1)));
      statusShown = true;
    } else if (ticks % PLAIN_TICKS === 0) line(text);
  };
  return {
    show: (progress) => {
      if (progress.kind === 'tick') tick(progress.snapshot);
      else for (const text of eventLines(progress, paint)) line(text);
    },
    end: clear,
  };
}

function figures({ elapsedMs, phase, clients, devicesPerSecond, telemetryPerSecond, backlog, faults }: Snapshot): string {
  const parts = [
    `${(elapsedMs / 1_000).toFixed(0).padStart(4)} s`,
    phase === '' ? 'starting' : phase,
    `${clients} clients`,
    `${devicesPerSecond.toFixed(0)} msg/s devices`,
    `${telemetryPerSecond.toFixed(0)} msg/s telemetry`,
    `backlog ${backlog}`,
    ...(faults.length > 0 ? [`faults: ${faults.join(', ')}`] : []),
  ];
  return parts.join('  ');
}

function eventLines(progress: Exclude<Progress, { kind: 'tick' }>, paint: Paint): string[] {
  switch (progress.kind) {
    case 'starting':
      return [`${paint.bold(progress.scenario)}  seed ${progress.seed}`];
    case 'child':
      return [paint.dim(`  up    ${progress.role.padEnd(8)}${progress.id.padEnd(12)} ${progress.endpoints.slice(0, 2).join('  ')}${progress.endpoints.length > 2 ? `  and ${progress.endpoints.length - 2} more` : ''}`)];
    case 'phase':
      return [`  phase ${paint.bold(progress.phase.name.padEnd(8))}${progress.index + 1}/${progress.total}  ${phaseLength(progress.phase)}`];
    case 'fault':
      return [progress.active ? paint.warn(`  fault ${progress.fault} in force`) : paint.pass(`  fault ${progress.fault} undone`)];
    case 'trouble':
      return [paint.fail(progress.text)];
    case 'judging':
      return [paint.dim('  judging the journal')];
    case 'done':
      return [];
  }
}

function phaseLength({ forMs, until, timeoutMs }: Extract<Progress, { kind: 'phase' }>['phase']): string {
  return forMs !== null ? `${forMs / 1_000} s` : `until ${until ?? ''}, at most ${(timeoutMs ?? 0) / 1_000} s`;
}
