import { printable } from '../../printable-text.ts';

/** Markup that may stand in the page as it is. Made only by `html` and `trusted`, so text cannot get in unescaped. */
export class SafeHtml {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: text and numbers are escaped, lists are joined, undefined and false show nothing. */
export type HtmlPart = string | number | SafeHtml | undefined | false | readonly HtmlPart[];

/** A template of markup whose `${parts}` are escaped, in element content as well as in quoted attributes. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): SafeHtml {
  return new SafeHtml(strings.map((text, index) => text + (index < parts.length ? markupOf(parts[index]) : '')).join(''));
}

/** Declares markup, style or script of our own as safe. Never for anything that comes from a record. */
export function trusted(markup: string): SafeHtml {
  return new SafeHtml(markup);
}

/** Text for element content or a quoted attribute. */
export function escapeHtml(text: string): string {
  return printable(text)
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/"/gu, '&quot;')
    .replace(/'/gu, '&#39;');
}

function markupOf(part: HtmlPart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof SafeHtml) return part.markup;
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return part.map(markupOf).join('');
}
