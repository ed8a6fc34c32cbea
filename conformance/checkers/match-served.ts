import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';

/** One value that the PLC told, by rising `t`. `excused`: nobody can say that it reached the gateway. */
export interface ServedSample {
  readonly t: number;
  readonly v: PointValue;
  readonly excused: boolean;
}

/** One report as received, in the order in which it was made. */
export interface Report {
  readonly v: PointValue;
  /** The value was served no later than this, milliseconds. */
  readonly notAfterMs: number;
  /** What was reported just before is not known: reports before it were lost, the gateway restarted, the observer came late. */
  readonly restarts: boolean;
}

export interface Tolerance {
  /** Two values closer than half of this are the same; 0 for booleans, strings and exact numbers. */
  readonly resolution: number;
  /** A served value farther than this from the last reported one must be reported. */
  readonly deadband: number;
}

export interface ServedMatch {
  /** Indices of reports whose value was not served at any fitting instant. */
  readonly altered: readonly number[];
  /** Served values that had to be reported before the report with index `before`, and were not. */
  readonly skipped: readonly { readonly before: number; readonly served: ServedSample }[];
  /** The first served value after all reports that had to be reported and was not. */
  readonly trailing: ServedSample | undefined;
}

/** The same number, decoded twice, may differ in the last bits of its mantissa. */
const RELATIVE_ERROR = 1e-9;

/**
 * Explains the reports of one point by the values that its PLC served, in order, each served value explaining at most
 * one report. All explanations are followed at once (as the set of places at which they may stand), so that a report
 * that repeats a value (after the maximum silence) is never pinned to the wrong one. A report that cannot be explained is
 * named, and the search goes on after it.
 * @param served - By rising instant.
 * @param untilMs - What was served after this need not have been reported; -Infinity when the end cannot be judged.
 */
export function matchServed(served: readonly ServedSample[], reports: readonly Report[], tolerance: Tolerance, untilMs: number): ServedMatch {
  const search = new PlaceSearch(served, tolerance);
  const altered: number[] = [];
  const skipped: { before: number; served: ServedSample }[] = [];
  let places: readonly number[] = [-1];
  let last: PointValue | undefined;
  let restarts = false;
  reports.forEach((report, index) => {
    const earliest = (places[0] ?? -1) + 1;
    const free = restarts || report.restarts;
    let next = free ? search.matches(earliest, served.length - 1, report) : search.continuations(places, last, report);
    if (next.length === 0 && !free) {
      next = search.matches(earliest, served.length - 1, report);
      const missed = served[search.nextNews(lastBefore(places, next[0]), last)];
      if (next.length > 0 && missed !== undefined) skipped.push({ before: index, served: missed });
    }
    if (next.length === 0) {
      altered.push(index);
      restarts = true;
      return;
    }
    places = next;
    last = report.v;
    restarts = false;
  });
  return { altered, skipped, trailing: restarts ? undefined : search.unreported(places, last, untilMs) };
}

/** The latest of the places (rising) that lies before `limit`. */
function lastBefore(places: readonly number[], limit: number | undefined): number {
  return places.findLast((place) => limit === undefined || place < limit) ?? -1;
}

/** Answers questions about one row of served values; remembers the last answer, because reports often repeat a value. */
class PlaceSearch {
  readonly #served: readonly ServedSample[];
  readonly #tolerance: Tolerance;
  #memo: { readonly from: number; readonly v: PointValue; readonly news: number } | undefined;

  constructor(served: readonly ServedSample[], tolerance: Tolerance) {
    this.#served = served;
    this.#tolerance = tolerance;
  }

  /** The first place after `place` whose value must be reported when `last` was reported last; the length when there is none. */
  nextNews(place: number, last: PointValue | undefined): number {
    if (this.#memo !== undefined && this.#memo.v === last && this.#memo.from <= place && place < this.#memo.news) return this.#memo.news;
    const within = this.#tolerance.deadband + this.#tolerance.resolution / 2;
    let news = place + 1;
    for (; news < this.#served.length; news += 1) {
      const sample = this.#served[news];
      if (sample !== undefined && !sample.excused && (last === undefined || differs(sample.v, last, within))) break;
    }
    if (last !== undefined) this.#memo = { from: place, v: last, news };
    return news;
  }

  /** The places at which the report may have been made when the one before was made at one of `places` (rising). */
  continuations(places: readonly number[], last: PointValue | undefined, report: Report): number[] {
    const next: number[] = [];
    for (const place of places) {
      const latest = next.at(-1);
      // What lies before the next news of a place already found is left out, as in `matches`.
      const first = Math.max(place + 1, latest === undefined ? 0 : this.nextNews(latest, report.v));
      next.push(...this.matches(first, this.nextNews(place, last), report));
    }
    return next;
  }

  /**
   * The places from `first` to `end` (included) at which the report may have been made. Of places with the same next news
   * only the earliest is kept: it leaves every continuation open that the others leave.
   */
  matches(first: number, end: number, report: Report): number[] {
    const places: number[] = [];
    let index = first;
    while (index <= end) {
      const sample = this.#served[index];
      if (sample === undefined || sample.t > report.notAfterMs) break;
      if (differs(sample.v, report.v, this.#tolerance.resolution / 2)) index += 1;
      else {
        places.push(index);
        index = Math.max(index + 1, this.nextNews(index, report.v));
      }
    }
    return places;
  }

  /** The value that every explanation leaves unreported, or undefined when one of them leaves none until `untilMs`. */
  unreported(places: readonly number[], last: PointValue | undefined, untilMs: number): ServedSample | undefined {
    const left = places.map((place) => this.#served[this.nextNews(place, last)]);
    const latest = left.at(-1);
    return left.every((sample) => sample !== undefined && sample.t <= untilMs) ? latest : undefined;
  }
}

function differs(a: PointValue, b: PointValue, within: number): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a !== b;
  return Math.abs(a - b) > within + RELATIVE_ERROR * Math.max(Math.abs(a), Math.abs(b));
}
