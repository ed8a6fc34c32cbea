/** How judgements write figures: the same wherever they are rendered, whatever the locale of the machine. */

/** An integer with a comma at each thousand: `1,893`. */
export function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+(?!\d))/gu, ',');
}

/** A count with its noun: `1 sample`, `1,893 samples`. */
export function counted(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** An instant or a length in seconds with one digit: `15.0 s`. @param ms - Milliseconds. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** A latency: `3.21 ms`. */
export function milliseconds(ms: number): string {
  return `${ms.toFixed(2)} ms`;
}

/** A size in megabytes with one digit: `152.3 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The first `listedMax` names and how many more there are: `a, b, c and 7 more`. */
export function listed(names: readonly string[], listedMax = 5): string {
  const more = names.length - listedMax;
  return more > 0 ? `${names.slice(0, listedMax).join(', ')} and ${grouped(more)} more` : names.join(', ');
}
