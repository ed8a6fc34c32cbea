import type { SuiteProgress } from '../../conformance/framework/run-suite.ts';
import { printableLine } from '../../reports/printable-text.ts';
import { createPaint } from './paint.ts';
import type { ProgramContext } from './program-context.ts';

/** Shows how a conformance run goes on. */
export interface SuiteProgressDisplay {
  readonly show: (event: SuiteProgress) => void;
  /** Leaves the terminal as it was found; safe to call again. */
  readonly end: () => void;
}

const COLUMNS_UNKNOWN = 100;
const CLEAR_LINE = '\r\u001B[2K';
/** In a pipe a line each so many cases is enough. */
const PLAIN_CASES = 50;

/** A terminal gets one live line; a pipe gets plain lines. Cases that do not pass are told at once in both. */
export function showSuiteProgress(context: ProgramContext, total: number): SuiteProgressDisplay {
  const live = context.stderr.isTTY === true;
  const paint = createPaint(context.colours);
  const running = new Set<string>();
  let done = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) context.stderr.write(CLEAR_LINE);
    shown = false;
  };
  const line = (text: string): void => {
    clear();
    context.stderr.write(`${text}\n`);
  };
  const status = (): void => {
    const text = `${done} of ${total} cases  ${[...running].slice(-3).join('  ')}`;
    if (live) {
      clear();
      context.stderr.write(paint.dim(text.slice(0, (context.stderr.columns || COLUMNS_UNKNOWN) - 1)));
      shown = true;
    } else if (done % PLAIN_CASES === 0 && done > 0) line(`${done} of ${total} cases`);
  };
  return {
    show: (event) => {
      if (event.kind === 'sut') {
        line(paint.fail(`the SUT is ${event.liveness}`));
        return;
      }
      if (event.kind === 'started') {
        running.add(event.id);
        if (live) status();
        return;
      }
      const { id, verdict, because } = event.executed.result;
      running.delete(id);
      done += 1;
      if (verdict !== 'pass') line(`${verdict === 'inconclusive' ? paint.warn(verdict) : paint.fail(verdict)}  ${id}  ${paint.dim(printableLine(because))}`);
      status();
    },
    end: clear,
  };
}
