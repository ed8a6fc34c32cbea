import { clipped, printableLine } from '../printable-text.ts';

/** Characters of one field; longer text is cut with an ellipsis, since a job summary is read at a glance. */
const FIELD_CHARACTERS_MAX = 500;
/** A command line is copied, so it is cut much later. */
const BLOCK_CHARACTERS_MAX = 8_000;

/**
 * Text as Markdown shows it literally, on one line, also inside a table cell. Marks become numeric entities: they can
 * never stand for structure (CommonMark 0.31, section 2.5), while a backslash before `|` is read differently by tables.
 */
export function markdownText(text: string): string {
  return clipped(printableLine(text), FIELD_CHARACTERS_MAX)
    .replace(/[&<>|`*_~\\[\]#@]/gu, entity)
    .replace(/^[-+=]|^\d+(?=[.)])/u, entity);
}

/** The same in monospace. */
export function markdownCode(text: string): string {
  return `<code>${markdownText(text)}</code>`;
}

/** A fenced block whose fence is longer than any run of back-ticks in the text. */
export function markdownBlock(text: string, language: string): string[] {
  const content = clipped(printableLine(text), BLOCK_CHARACTERS_MAX);
  const longest = Math.max(0, ...[...content.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return [`${fence}${language}`, content, fence];
}

function entity(characters: string): string {
  return Array.from(characters, (character) => `&#${character.codePointAt(0) ?? 0};`).join('');
}
