import type { Verdict } from '../../../conformance/verdict.ts';
import { html, trusted, type SafeHtml } from './safe-html.ts';
import { LIGHT_THEME } from './theme-style.ts';

/** One outline for each verdict, on a 24 by 24 grid: the shape alone tells them apart, without colour. */
const VERDICT_SHAPES: Readonly<Record<Verdict, string>> = {
  pass: '<circle class="body" cx="12" cy="12" r="11"/><path class="glyph" d="M6.8 12.4l3.6 3.6 6.8-7.6"/>',
  fail: '<path class="body" d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/><path class="glyph" d="M8 8l8 8M16 8l-8 8"/>',
  inconclusive:
    '<rect class="body" x="1.5" y="1.5" width="21" height="21" rx="5"/>' +
    '<path class="glyph" d="M8.6 9.2c0-4.4 6.8-4.4 6.8 0 0 2.8-3.4 2.6-3.4 5.2M12 18v.2"/>',
  error: '<path class="body" d="M12 1.4L23.4 22H.6z"/><path class="glyph" d="M12 9v6.2M12 18.4v.2"/>',
  none: '<circle class="body hollow" cx="12" cy="12" r="10.4"/><path class="glyph" d="M7.6 12h8.8"/>',
};

/** The sign of a verdict. Decorative: the word always stands beside it. */
export function verdictIcon(verdict: Verdict, sizePx: number): SafeHtml {
  const shape = trusted(VERDICT_SHAPES[verdict]);
  const size = html`width="${sizePx}" height="${sizePx}"`;
  return html`<svg class="verdict-icon v-${verdict}" ${size} viewBox="0 0 24 24" aria-hidden="true">${shape}</svg>`;
}

/** Sign and word, small, for tables and lists. */
export function verdictBadge(verdict: Verdict): SafeHtml {
  return html`<span class="badge v-${verdict}">${verdictIcon(verdict, 15)}<span>${verdict}</span></span>`;
}

/** The mark of the page: a loop through a bench. */
export const LOGO = trusted(
  '<svg class="logo" width="22" height="22" viewBox="0 0 24 24" aria-hidden="true" ' +
    'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">' +
    '<path d="M2 12h4l2.5-7 4.5 14 3-10 1.6 3H22"/></svg>',
);

/** The verdict as the icon of the browser's tab, a data URI: nothing is fetched. */
export function verdictFavicon(verdict: Verdict): string {
  const colour = LIGHT_THEME[verdict] ?? 'black';
  const shape = VERDICT_SHAPES[verdict]
    .replace(/class="body hollow"/u, `fill="none" stroke="${colour}" stroke-width="2"`)
    .replace(/class="body"/u, `fill="${colour}"`)
    .replace(/class="glyph"/u, `fill="none" stroke="${verdict === 'none' ? colour : 'white'}" stroke-width="2.4" stroke-linecap="round"`);
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${shape}</svg>`)}`;
}
