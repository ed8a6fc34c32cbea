import { formatDuration, formatNumber } from '../../format-quantity.ts';
import type { SeriesRecord } from '../../record.ts';

/** A vertical axis in pixels from the top of its plot. */
export interface ValueAxis {
  readonly log: boolean;
  /** Values at the bottom and the top. */
  readonly bottom: number;
  readonly top: number;
  /** What values are divided by for labels, and the unit that then stands behind them. */
  readonly divisor: number;
  readonly unit: string;
  readonly ticks: readonly { readonly y: number; readonly label: string }[];
  y(value: number): number;
}

/** Room above the highest value, for the tags of the faults, and below the lowest, for the width of a line. */
export const PLOT_TOP_PX = 14;
const PLOT_BOTTOM_PX = 2;
/** Latency from under a hundredth of its peak upwards is drawn with a logarithmic axis: both ends stay readable. */
const LOG_FROM_RATIO = 100;

/** The axis for the series of one plot, which share a unit. Linear axes start at zero, so heights compare honestly. */
export function valueAxis(series: readonly SeriesRecord[], heightPx: number): ValueAxis {
  const unit = series[0]?.unit ?? '';
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const peak = values.reduce((most, value) => Math.max(most, value), 0);
  const least = values.reduce((low, value) => (value > 0 ? Math.min(low, value) : low), Infinity);
  if (unit === 'ms' && series[0]?.plot === 'latency' && peak / least >= LOG_FROM_RATIO) return logAxis(least, peak, heightPx);
  return linearAxis(peak, unit, heightPx);
}

function linearAxis(peak: number, unit: string, heightPx: number): ValueAxis {
  const step = niceStep(peak > 0 ? peak / 3 : 1);
  const top = Math.max(step, Math.ceil(peak / step - 1e-9) * step);
  const { divisor, label } = scaledUnit(unit, top);
  const y = (value: number): number => pixels(value / top, heightPx);
  const values = Array.from({ length: Math.round(top / step) + 1 }, (_none, index) => index * step);
  const ticks = values.map((value) => ({ y: y(value), label: tickText(value / divisor) }));
  return { log: false, bottom: 0, top, divisor, unit: label, ticks, y };
}

function logAxis(least: number, peak: number, heightPx: number): ValueAxis {
  const low = Math.floor(Math.log10(least));
  const high = Math.max(low + 1, Math.ceil(Math.log10(peak) - 1e-9));
  const y = (value: number): number => pixels((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low), heightPx);
  const powers = Array.from({ length: high - low + 1 }, (_none, index) => 10 ** (low + index));
  const ticks = powers.map((value) => ({ y: y(value), label: formatDuration(value) }));
  return { log: true, bottom: 10 ** low, top: 10 ** high, divisor: 1, unit: 'ms', ticks, y };
}

function pixels(share: number, heightPx: number): number {
  const clamped = Math.min(1, Math.max(0, share));
  return Math.round((heightPx - PLOT_BOTTOM_PX - clamped * (heightPx - PLOT_TOP_PX - PLOT_BOTTOM_PX)) * 10) / 10;
}

/** The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function scaledUnit(unit: string, top: number): { divisor: number; label: string } {
  if (unit === 'ms' && top >= 5_000) return { divisor: 1_000, label: 's' };
  const bytes = /^(?:B|bytes)(\/s)?$/u.exec(unit);
  if (bytes === null) return { divisor: 1, label: unit };
  const [divisor, prefix] = top >= 2e9 ? [1e9, 'G'] : top >= 2e6 ? [1e6, 'M'] : top >= 2e3 ? [1e3, 'k'] : [1, ''];
  return { divisor, label: `${prefix}B${bytes[1] ?? ''}` };
}

function tickText(value: number): string {
  return value >= 10_000 ? `${formatNumber(value / 1_000)}k` : formatNumber(value);
}
