/** A token that has no code in it, or only in part. */
interface Literal {
  /** Where its text ends, and what follows is code again. */
  readonly end: number;
}

const REGEX_AFTER_WORD = /(?:^|[^\w$])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield)$/u;
const REGEX_AFTER_SIGN = /[([{,;=:!&|?+\-*%^~<>]$|^$|=>$/u;

/**
 * TypeScript text with the insides of comments, strings and regular expressions replaced by spaces, so that a search
 * finds code only. Quotes stay, line breaks stay, and every character keeps its offset. Code inside `${}` stays.
 */
export function blankLiterals(text: string): string {
  const out = Array.from({ length: text.length }, (_unit, index) => text[index] ?? '');
  const blank = (from: number, to: number): void => {
    for (let index = from; index < Math.min(to, out.length); index += 1) if (out[index] !== '\n') out[index] = ' ';
  };
  /** Depth of braces at which a template's `${` was opened. */
  const templates: number[] = [];
  let depth = 0;
  let index = 0;
  while (index < text.length) {
    const char = text[index] ?? '';
    const pair = text.slice(index, index + 2);
    if (pair === '//' || pair === '/*') {
      const { end } = pair === '//' ? lineEnd(text, index) : commentEnd(text, index);
      blank(index, end);
      index = end;
    } else if (char === "'" || char === '"') {
      const { end } = stringEnd(text, index);
      blank(index + 1, end - 1);
      index = end;
    } else if (char === '`' || (char === '}' && templates.at(-1) === depth)) {
      if (char === '}') templates.pop();
      const { end, opensCode } = templateEnd(text, index + 1);
      blank(index + 1, opensCode ? end - 2 : end - 1);
      if (opensCode) templates.push(depth);
      index = end;
    } else if (char === '/' && startsRegex(out, index)) {
      const { end } = regexEnd(text, index);
      blank(index + 1, end - 1);
      index = end;
    } else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      index += 1;
    }
  }
  return out.join('');
}

function lineEnd(text: string, start: number): Literal {
  const end = text.indexOf('\n', start);
  return { end: end === -1 ? text.length : end };
}

function commentEnd(text: string, start: number): Literal {
  const end = text.indexOf('*/', start + 2);
  return { end: end === -1 ? text.length : end + 2 };
}

function stringEnd(text: string, start: number): Literal {
  const quote = text[start];
  let index = start + 1;
  while (index < text.length && text[index] !== quote && text[index] !== '\n') index += text[index] === '\\' ? 2 : 1;
  return { end: index + 1 };
}

/** The end of template text: behind the backtick, or behind the `${` that opens code. */
function templateEnd(text: string, start: number): Literal & { readonly opensCode: boolean } {
  let index = start;
  while (index < text.length) {
    if (text[index] === '`') return { end: index + 1, opensCode: false };
    if (text[index] === '$' && text[index + 1] === '{') return { end: index + 2, opensCode: true };
    index += text[index] === '\\' ? 2 : 1;
  }
  return { end: text.length + 1, opensCode: false };
}

function regexEnd(text: string, start: number): Literal {
  let index = start + 1;
  let isInClass = false;
  while (index < text.length && text[index] !== '\n' && (isInClass || text[index] !== '/')) {
    if (text[index] === '[') isInClass = true;
    if (text[index] === ']') isInClass = false;
    index += text[index] === '\\' ? 2 : 1;
  }
  return { end: index + 1 };
}

/** A slash divides after a value and begins a regular expression after a sign or a word such as `return`. */
function startsRegex(code: readonly string[], index: number): boolean {
  const before = code.slice(Math.max(0, index - 200), index).join('').trimEnd();
  return REGEX_AFTER_SIGN.test(before) || REGEX_AFTER_WORD.test(before);
}
