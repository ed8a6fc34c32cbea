import type { TimeAxis } from './time-axis.ts';
import type { ValueAxis } from './value-axis.ts';

export type Point = readonly [t: number, value: number];

/** Points drawn for one series at most; beyond that, each stretch keeps its lowest and highest. */
export const POINTS_DRAWN_MAX = 600;
/** Silence of more than this many usual distances between points is a gap. */
const GAP_DISTANCES = 3;
/** Width of the drawing in its own units; the page stretches it to the width there is. */
export const DRAWING_WIDTH = 1_000;

/** The stretches of a series without a gap: where data are missing the line must break, never be guessed. */
export function splitAtGaps(points: readonly Point[]): Point[][] {
  const ordered = points.toSorted((a, b) => a[0] - b[0]);
  const distances = ordered.slice(1).map(([t], index) => t - (ordered[index]?.[0] ?? t)).toSorted((a, b) => a - b);
  const usual = distances[Math.floor(distances.length / 2)] ?? 0;
  const stretches: Point[][] = [];
  let previous = -Infinity;
  for (const point of ordered) {
    if (usual === 0 ? stretches.length === 0 : point[0] - previous > GAP_DISTANCES * usual) stretches.push([]);
    stretches.at(-1)?.push(point);
    previous = point[0];
  }
  return stretches;
}

/** At most about `pointsMax` points: of each run of neighbours the lowest and the highest, so that no spike is lost. */
export function thinned(points: readonly Point[], pointsMax: number): Point[] {
  if (points.length <= pointsMax) return [...points];
  const runs = Math.max(1, Math.floor(pointsMax / 2));
  const startOf = (run: number): number => Math.floor((run * points.length) / runs);
  return Array.from({ length: runs }, (_none, run) => extremes(points.slice(startOf(run), startOf(run + 1)))).flat();
}

/** The lowest and the highest point, in order of time; one when they are the same. */
function extremes([first, ...rest]: readonly Point[]): Point[] {
  if (first === undefined) return [];
  const low = rest.reduce((least, point) => (point[1] < least[1] ? point : least), first);
  const high = rest.reduce((most, point) => (point[1] > most[1] ? point : most), first);
  if (low === high) return [low];
  return low[0] < high[0] ? [low, high] : [high, low];
}

/** The stretches of a series as they are drawn. */
export function drawnStretches(points: readonly Point[]): Point[][] {
  const stretches = splitAtGaps(points);
  const shareOf = (stretch: readonly Point[]): number => Math.round((POINTS_DRAWN_MAX * stretch.length) / points.length);
  return stretches.map((stretch) => thinned(stretch, Math.max(2, shareOf(stretch))));
}

/**
 * One stretch for a figure that is observed when it changes: a silence means that the value stood, so it is drawn level up
 * to the next point, and from the last point to `endMs`.
 */
export function heldStretches(points: readonly Point[], endMs: number): Point[][] {
  const parts = splitAtGaps(points);
  const joined = parts.flatMap((part, index) => {
    const [nextMs] = parts[index + 1]?.[0] ?? [endMs];
    const last = part.at(-1);
    return last === undefined || nextMs <= last[0] ? part : [...part, [nextMs, last[1]] as const];
  });
  return joined.length === 0 ? [] : [thinned(joined, POINTS_DRAWN_MAX)];
}

/** SVG path data of a line; a single point becomes a dot (a stretch without length and a round cap). */
export function linePath(stretches: readonly (readonly Point[])[], time: TimeAxis, value: ValueAxis): string {
  return stretches
    .map((stretch) => {
      const corners = stretch.map((point) => corner(point, time, value));
      return corners.length === 1 ? `M${corners[0] ?? ''}h.01` : `M${corners.join('L')}`;
    })
    .join('');
}

/** SVG path data of the surface under a line. */
export function areaPath(stretches: readonly (readonly Point[])[], time: TimeAxis, value: ValueAxis): string {
  const floor = value.y(value.bottom);
  return stretches
    .map((stretch) => {
      const [first, last] = [stretch[0] ?? [0, 0], stretch.at(-1) ?? [0, 0]];
      return `M${x(first[0], time)} ${floor}L${stretch.map((point) => corner(point, time, value)).join('L')}L${x(last[0], time)} ${floor}z`;
    })
    .join('');
}

function corner([t, v]: Point, time: TimeAxis, value: ValueAxis): string {
  return `${x(t, time)} ${value.y(v)}`;
}

function x(t: number, time: TimeAxis): number {
  return Math.round(time.percent(t) * (DRAWING_WIDTH / 10)) / 10;
}
