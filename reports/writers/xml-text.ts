import { printable } from '../printable-text.ts';

/** Attributes of an XML element, each with a blank before it. */
export function xmlAttributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${quoted(String(value))}"`)
    .join('');
}

/** Text for element content. */
export function xmlText(text: string): string {
  return printable(text)
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/"/gu, '&quot;')
    .replace(/\r/gu, '&#13;');
}

/** A parser turns a bare line break or tab inside an attribute into a space (XML 1.0, section 3.3.3). */
function quoted(value: string): string {
  return xmlText(value).replace(/\t/gu, '&#9;').replace(/\n/gu, '&#10;');
}
