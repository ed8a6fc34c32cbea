import { describe, expect, test } from 'vitest';
import { DARK_THEME, LIGHT_THEME, type Theme } from './theme-style.ts';

const VERDICTS = ['pass', 'fail', 'inconclusive', 'error', 'none'];
const PAIRS: [string, string][] = [
  ['ink', 'ground'], ['ink', 'card'], ['ink', 'code'], ['dim', 'ground'], ['dim', 'card'], ['dim', 'code'],
  ['link', 'card'], ['link', 'ground'], ['shade-ink', 'card'],
  ...VERDICTS.flatMap((verdict): [string, string][] => [
    [verdict, 'card'], [verdict, 'ground'], [verdict, `${verdict}-ground`], ['ink', `${verdict}-ground`], ['dim', `${verdict}-ground`],
    ['on-verdict', verdict], ['link', `${verdict}-ground`], ...VERDICTS.map((other): [string, string] => [other, `${verdict}-ground`]),
  ]),
  ...['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map((colour): [string, string] => [colour, 'card']),
];

describe.each([['light', LIGHT_THEME], ['dark', DARK_THEME]])('%s theme', (_name, theme) => {
  test.each(PAIRS)('%s on %s can be read: contrast of at least 4.5 to 1', (text, ground) => {
    expect(contrast(theme, text, ground)).toBeGreaterThanOrEqual(4.5);
  });
});

/** WCAG 2.2, definitions of contrast ratio and relative luminance. */
function contrast(theme: Theme, a: string, b: string): number {
  const [dark = 0, bright = 0] = [luminance(theme[a]), luminance(theme[b])].toSorted((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

function luminance(colour: string | undefined): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt((colour ?? '').slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
