import { createHash } from 'node:crypto';
import type { Verdict } from '../../../conformance/verdict.ts';
import { LOGO, verdictFavicon } from './icons.ts';
import { html, trusted, type SafeHtml } from './safe-html.ts';

export interface PageParts {
  readonly title: string;
  readonly verdict: Verdict;
  /** Links of the top bar: the id of a section and its label. */
  readonly sections: readonly (readonly [id: string, label: string])[];
  /** The section that a keyboard reader jumps to. */
  readonly skipTo: readonly [id: string, label: string];
  readonly main: readonly (SafeHtml | undefined)[];
  readonly footer: SafeHtml;
  readonly styles: readonly string[];
  readonly script: string;
}

/** The frame of every report page: one file that fetches nothing, light and dark, complete without script. */
export function pageShell({ title, verdict, sections, skipTo, main, footer, styles, script }: PageParts): SafeHtml {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policyFor(script))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${verdictFavicon(verdict)}">
<style>${trusted(styles.join('\n'))}</style></head>
<body><a class="skip" href="#${skipTo[0]}">${skipTo[1]}</a>
<div class="topbar"><div class="topbar-inner"><span class="brand">${LOGO}<span>fieldproof</span></span><nav aria-label="Sections">${sections.map(([id, label]) => html`<a href="#${id}">${label}</a>`)}</nav>
<button type="button" class="button" id="theme" data-scripted hidden>Dark</button></div></div>
<main>
${main.map((part) => part !== undefined && html`${part}\n`)}</main>
<footer>${footer}</footer>
<script>${trusted(script)}</script>
</body></html>
`;
}

/**
 * Nothing may be fetched, and no script but ours may run: were a text ever to slip through unescaped, the browser would
 * still refuse it. (Content Security Policy Level 3, section 6.7.3: the hash of an inline script.)
 */
function policyFor(script: string): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
