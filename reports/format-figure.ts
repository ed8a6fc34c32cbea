import { formatBytes, formatDuration, formatNumber } from './format-quantity.ts';

/** A figure of a judgement, ready to show. */
export interface FigureText {
  readonly name: string;
  readonly label: string;
  readonly text: string;
}

/** Endings of figure names that carry the unit, as the house style has it: `p99Ms`, `rssBytes`, `lossPercent`. */
const UNIT_ENDINGS: readonly (readonly [ending: string, format: (value: number) => string])[] = [
  ['Ms', formatDuration],
  ['Bytes', formatBytes],
  ['PerSecond', (value) => `${formatNumber(value)}/s`],
  ['Percent', (value) => `${formatNumber(value)} %`],
  ['Ppm', (value) => `${formatNumber(value)} ppm`],
];

/**
 * A figure with its unit taken from the end of its name: `p99Ms` 42.13 gives `p99`, `42.1 ms`.
 * @param value - A number, or a text that is shown as it is.
 */
export function formatFigure(name: string, value: number | string): FigureText {
  if (typeof value === 'string') return { name, label: words(name), text: value };
  const ending = UNIT_ENDINGS.find(([suffix]) => name.endsWith(suffix) && name.length > suffix.length);
  if (ending === undefined) return { name, label: words(name), text: formatNumber(value) };
  const [suffix, format] = ending;
  return { name, label: words(name.slice(0, -suffix.length)), text: format(value) };
}

/** All figures in order of their names, so that a record read back from disk renders to the same bytes. */
export function formatFigures(figures: Readonly<Record<string, number | string>>): FigureText[] {
  return sortedEntries(figures).map(([name, value]) => formatFigure(name, value));
}

/** The entries of an object in code-unit order of their keys: canonical JSON keeps no other order. */
export function sortedEntries<Value>(object: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Parameters or effects as `key value` pairs; nested values as JSON. */
export function formatPairs(object: Readonly<Record<string, unknown>>): string[] {
  return sortedEntries(object).map(([key, value]) => {
    if (typeof value === 'number') {
      const { label, text } = formatFigure(key, value);
      return `${label} ${text}`;
    }
    return `${words(key)} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
}

/** `lostTotal` as `lost total`; capitals that stand together (`QoS`, `RSS`) are left alone. */
function words(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])(?=[a-z])/gu, (_match, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}
