import { VERDICTS } from '../../../conformance/verdict.ts';

/** The colours of the page by name, for one theme. Pairs of text and ground keep a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3). */
export type Theme = Readonly<Record<string, string>>;

export const LIGHT_THEME: Theme = {
  ground: '#f5f6f8', card: '#ffffff', ink: '#14181f', dim: '#57606c', line: '#dfe3e8', grid: '#e9ecf0', link: '#0b57b8', code: '#f0f2f5',
  pass: '#08694a', 'pass-ground': '#e7f5ee', fail: '#b3231a', 'fail-ground': '#fdeeec',
  inconclusive: '#855300', 'inconclusive-ground': '#fdf4e0',
  error: '#663aa8', 'error-ground': '#f3edfb', none: '#57606c', 'none-ground': '#eef0f3', 'on-verdict': '#ffffff',
  shade: '#e8a33d', 'shade-ink': '#855300',
  c0: '#0a66b0', c1: '#c04a00', c2: '#00795c', c3: '#a63a8a', c4: '#7a6200', c5: '#5249b5', c6: '#4f5b66',
};

export const DARK_THEME: Theme = {
  ground: '#0e1116', card: '#161b22', ink: '#e8ecf1', dim: '#9aa5b1', line: '#2b323b', grid: '#222932', link: '#7ab8ff', code: '#1f262f',
  pass: '#56d3a2', 'pass-ground': '#10291f', fail: '#ff8f85', 'fail-ground': '#361816',
  inconclusive: '#f0be55', 'inconclusive-ground': '#30260c',
  error: '#c6a5ff', 'error-ground': '#261b39', none: '#9aa5b1', 'none-ground': '#20262e', 'on-verdict': '#10141a',
  shade: '#d9942e', 'shade-ink': '#f0be55',
  c0: '#63b3f5', c1: '#ff9a5a', c2: '#46cfa5', c3: '#f08fd0', c4: '#dcc04a', c5: '#aaa4ff', c6: '#b3bec9',
};

/** Light by default, dark when the reader's system asks for it or the button chose it, light on paper. */
export function themeStyle(): string {
  return [
    `:root{color-scheme:light;${variables(LIGHT_THEME)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${variables(DARK_THEME)}}}`,
    `:root[data-theme=dark]{color-scheme:dark;${variables(DARK_THEME)}}`,
    `@media print{:root:root:root{color-scheme:light;${variables({ ...LIGHT_THEME, ground: '#ffffff' })}}}`,
    ...VERDICTS.map((verdict) => `.v-${verdict}{--v:var(--${verdict});--v-ground:var(--${verdict}-ground)}`),
    ...['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map((colour) => `.${colour}{--c:var(--${colour})}`),
  ].join('\n');
}

function variables(theme: Theme): string {
  return Object.entries(theme)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}
