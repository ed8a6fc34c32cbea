import type { Clock } from '../../runtime/clock.ts';
import type { Observe } from '../../runtime/observation.ts';
import type { LineTally } from './line-tally.ts';

/** A device may babble, and each event costs the journal a line: those within this time are told together. */
const SPACING_MS = 100;

/** A tally that tells of late answers (`southbound.late`): the first at once, those that follow closely together. */
export interface ObservedTally extends LineTally {
  /** Tells what was not told yet. */
  flush(): void;
}

export function observedTally(line: string, deps: { readonly clock: Clock; readonly observe: Observe }): ObservedTally {
  return new LateTellingTally(line, deps);
}

/** A class, so that thousands of lines share its accessors. */
class LateTellingTally implements ObservedTally {
  polls = 0;
  requests = 0;
  timeouts = 0;
  exceptions = 0;
  corrupt = 0;
  overruns = 0;
  readonly #line: string;
  readonly #deps: { readonly clock: Clock; readonly observe: Observe };
  #late = 0;
  #told = 0;
  #toldMs = -Infinity;

  constructor(line: string, deps: { readonly clock: Clock; readonly observe: Observe }) {
    this.#line = line;
    this.#deps = deps;
  }

  get late(): number {
    return this.#late;
  }

  set late(total: number) {
    this.#late = total;
    if (this.#deps.clock.nowMs() - this.#toldMs >= SPACING_MS) this.flush();
  }

  flush(): void {
    const answers = this.#late - this.#told;
    if (answers <= 0) return;
    this.#told = this.#late;
    this.#toldMs = this.#deps.clock.nowMs();
    this.#deps.observe('southbound.late', { line: this.#line, answers });
  }
}
