/**
 * What XML 1.0 (5th edition, section 2.2, production Char) forbids: most C0 controls, lone surrogates, U+FFFE and U+FFFF.
 * HTML forbids the same, so one replacement serves both.
 */
// oxlint-disable-next-line no-control-regex -- the control characters are what is looked for
const UNPRINTABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/gu;
/** Beyond those: line breaks, tab, DEL and the C1 controls, which a terminal may obey. */
// oxlint-disable-next-line no-control-regex -- as above
const LINE_CONTROLS = /[\t\n\r\u007F-\u009F\u2028\u2029]+/gu;

/** The text with every character that XML and HTML cannot hold shown as U+FFFD. Device data may hold anything. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\uFFFD');
}

/** The text on one line without any control character, safe to show on a terminal. */
export function printableLine(text: string): string {
  return printable(text).replace(LINE_CONTROLS, ' ').trim();
}

/** At most `charactersMax` UTF-16 units; a longer text ends in an ellipsis and never in half a surrogate pair. */
export function clipped(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  return `${text.slice(0, charactersMax - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
}
