import type { Arrival, Publication } from './telemetry-streams.ts';

/** What the numbers of one stream say. Every arrival is in exactly one of `boots[].reports`, `duplicates`, `redelivered`, `changed`. */
export interface SequenceAudit {
  /** In order of their first arrival; boots of which nothing arrived are not here. */
  readonly boots: readonly BootReports[];
  readonly lost: readonly LostReport[];
  /** First arrivals after a later number, or after a later boot, had arrived. */
  readonly outOfOrder: readonly Arrival[];
  /** Arrivals of a known number at QoS 0 or 2, which promise that there is none (MQTT 3.1.1 section 4.3). */
  readonly duplicates: readonly Arrival[];
  /** Arrivals of a known number at QoS 1, which allows them. */
  readonly redelivered: readonly Arrival[];
  /** Arrivals of a known number with another value: `first` is the one that came before. */
  readonly changed: readonly { readonly first: Arrival; readonly again: Arrival }[];
}

export interface BootReports {
  readonly boot: string;
  /** First arrivals by rising `n`, whatever the order in which they came. */
  readonly reports: readonly Arrival[];
}

export interface LostReport {
  readonly boot: string;
  readonly n: number;
  /** When the gateway published it; undefined when it did not tell (a real device). */
  readonly publishedMs: number | undefined;
}

export interface SequenceContext {
  /** What the gateway says it published; empty when it tells nothing. */
  readonly publications: readonly Publication[];
  /** From when to when publications must arrive, milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** True when the boot that arrived first began while the observer was there, so that its numbers must begin at 1. */
  readonly firstBootBegan: boolean;
}

/** Judges the numbers of one point at one observer. @param arrivals - In order of arrival. */
export function auditSequence(arrivals: readonly Arrival[], context: SequenceContext): SequenceAudit {
  const firsts = new Map<string, Map<number, Arrival>>();
  const outOfOrder: Arrival[] = [];
  const duplicates: Arrival[] = [];
  const redelivered: Arrival[] = [];
  const changed: { first: Arrival; again: Arrival }[] = [];
  let currentBoot = '';
  let highest = 0;
  for (const arrival of arrivals) {
    let known = firsts.get(arrival.boot);
    if (known === undefined) {
      known = new Map();
      firsts.set(arrival.boot, known);
      currentBoot = arrival.boot;
      highest = 0;
    }
    const first = known.get(arrival.n);
    if (first === undefined) {
      known.set(arrival.n, arrival);
      if (arrival.boot !== currentBoot || arrival.n < highest) outOfOrder.push(arrival);
      else highest = arrival.n;
    } else if (first.v !== arrival.v) changed.push({ first, again: arrival });
    else (arrival.qos === 1 ? redelivered : duplicates).push(arrival);
  }
  const boots = [...firsts].map(([boot, known]) => ({ boot, reports: [...known.values()].toSorted((a, b) => a.n - b.n) }));
  return { boots, lost: lostReports(boots, context), outOfOrder, duplicates, redelivered, changed };
}

function lostReports(boots: readonly BootReports[], { publications, fromMs, untilMs, firstBootBegan }: SequenceContext): LostReport[] {
  const published = new Map<string, Publication>(publications.map((publication) => [`${publication.boot}/${publication.n}`, publication]));
  const arrived = new Set<string>(boots.flatMap(({ boot, reports }) => reports.map(({ n }) => `${boot}/${n}`)));
  const lost = new Map<string, LostReport>();
  boots.forEach(({ boot, reports }, index) => {
    const first = reports[0]?.n ?? 1;
    const last = reports.at(-1)?.n ?? 0;
    for (let n = index > 0 || firstBootBegan ? 1 : first; n <= last; n += 1) {
      const key = `${boot}/${n}`;
      if (!arrived.has(key) && !publishedBefore(published.get(key), n < first ? fromMs : -Infinity)) {
        lost.set(key, { boot, n, publishedMs: published.get(key)?.t });
      }
    }
  });
  for (const [key, { boot, n, t }] of published) {
    if (!arrived.has(key) && t >= fromMs && t <= untilMs) lost.set(key, { boot, n, publishedMs: t });
  }
  return [...lost.values()];
}

/** What went out before the observer was there need not have reached it. */
function publishedBefore(publication: Publication | undefined, fromMs: number): boolean {
  return publication !== undefined && publication.t < fromMs;
}
