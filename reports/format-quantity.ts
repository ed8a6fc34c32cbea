/**
 * Numbers with units as people read them. Written without `Intl`, because the same record must give the same bytes on
 * every machine and ICU data differ.
 */

/** Digits in groups of three; integers in full, fractions with three significant digits: `4,812`, `0.0421`, `12.3`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) return grouped(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** A length of time, from milliseconds: `0.42 ms`, `850 ms`, `12.3 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatDuration(durationMs: number): string {
  const size = Math.abs(durationMs);
  if (size < 999.5) return `${formatNumber(Number(durationMs.toPrecision(3)))} ms`;
  if (size < 59_950) return `${formatNumber(durationMs / 1_000)} s`;
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${grouped(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`;
}

/** An instant of the run, from milliseconds since its start, to the millisecond: `15.230 s`, `2:05.004`. */
export function formatInstant(t: number): string {
  const wholeMs = Math.round(t);
  if (Math.abs(wholeMs) < 60_000) return `${(wholeMs / 1_000).toFixed(3)} s`;
  const minutes = Math.trunc(wholeMs / 60_000);
  return `${minutes}:${(Math.abs(wholeMs % 60_000) / 1_000).toFixed(3).padStart(6, '0')}`;
}

/** A size in bytes with decimal prefixes: `512 B`, `48.2 kB`, `92.4 MB`. */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes);
  if (size < 1_000) return `${formatNumber(bytes)} B`;
  if (size < 999_500) return `${threeDigits(bytes / 1e3)} kB`;
  if (size < 999_500_000) return `${threeDigits(bytes / 1e6)} MB`;
  return `${threeDigits(bytes / 1e9)} GB`;
}

/** A value of a series with its unit. `B`, `bytes`, `ms` and `s` are scaled to what reads well; others stand behind it. */
export function formatWithUnit(value: number, unit: string): string {
  if (unit === 'ms') return formatDuration(value);
  if (unit === 's') return formatDuration(value * 1_000);
  if (unit === 'B' || unit === 'bytes') return formatBytes(value);
  if (unit === 'B/s' || unit === 'bytes/s') return `${formatBytes(value)}/s`;
  if (unit === '%') return `${formatNumber(value)} %`;
  return `${formatNumber(value)} ${unit}`.trim();
}

/** `2026-11-22T12:18:04.123Z` as `2026-11-22 12:18:04 UTC`; anything else is shown as it is. */
export function formatUtc(iso: string): string {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/u.exec(iso) ?? [];
  return day === undefined || time === undefined ? iso : `${day} ${time} UTC`;
}

function threeDigits(value: number): string {
  return formatNumber(Number(value.toPrecision(3)));
}

function grouped(integer: number): string {
  return String(integer).replace(/\B(?=(?:\d{3})+$)/gu, ',');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
