import { PUBLIC_FUNCTION_CODES, type FunctionCode } from '../../hil/protocols/modbus/function-code.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';
import { REPORT_FORMATS, type ReportFormat } from '../../reports/report-writer.ts';
import { SUITE_FORMATS, type SuiteFormat } from '../../reports/suite-writer.ts';

/** A seed: a whole number that JavaScript holds exactly. @throws FieldproofError FP_USAGE. */
export function parseSeed(text: string): number {
  return parseInteger(0, Number.MAX_SAFE_INTEGER, 'seed')(text);
}

/** A parser of whole numbers within bounds. @param what - The word for the message. */
export function parseInteger(min: number, max: number, what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/u.test(text) || value < min || value > max) throw new FieldproofError('FP_USAGE', `${what} "${text}": expected a whole number from ${min} to ${max}`);
    return value;
  };
}

/** A probability such as 0.1 or 1e-4. @throws FieldproofError FP_USAGE. */
export function parseProbability(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new FieldproofError('FP_USAGE', `probability "${text}": expected a number from 0 to 1`);
  return value;
}

/** `1,2,3` as unit ids. @throws FieldproofError FP_USAGE. */
export function parseUnits(text: string): number[] {
  return text.split(',').map((word) => parseInteger(1, 247, 'unit id')(word.trim()));
}

/** `3,4,16` as public function codes, each once. @throws FieldproofError FP_USAGE. */
export function parseFunctionCodes(text: string): FunctionCode[] {
  const codes = text.split(',').map((word) => publicFunctionCode(word.trim()));
  const twice = codes.find((code, index) => codes.indexOf(code) !== index);
  if (twice !== undefined) throw new FieldproofError('FP_USAGE', `function codes "${text}": ${twice} is given twice`);
  return codes;
}

function publicFunctionCode(word: string): FunctionCode {
  const found = PUBLIC_FUNCTION_CODES.find((code) => String(code) === word);
  if (found !== undefined) return found;
  throw new FieldproofError('FP_USAGE', `function code "${word}": expected one of the public ones: ${PUBLIC_FUNCTION_CODES.join(', ')}`);
}

/** `127.0.0.1:1883` or `[::1]:1883`. @throws FieldproofError FP_USAGE. */
export function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/u.exec(text)?.filter((part) => part !== undefined) ?? [];
  if (host === undefined || port === undefined) throw new FieldproofError('FP_USAGE', `address "${text}": expected host:port`);
  return { host, port: parseInteger(0, 65_535, 'port')(port) };
}

/** 32 hexadecimal digits: a node of the seed tree, handed down by a runner. @throws FieldproofError FP_USAGE. */
export function parseSeedHex(text: string): string {
  if (!/^[0-9a-f]{32}$/u.test(text)) throw new FieldproofError('FP_USAGE', `seed "${text}": expected 32 hexadecimal digits`);
  return text;
}

/** A whole number from 1 on. @throws FieldproofError FP_USAGE. */
export function parsePositive(text: string): number {
  return parseInteger(1, 1_000_000, 'number')(text);
}

/** `html,junit`. @throws FieldproofError FP_USAGE naming the nearest format. */
export function parseFormats(text: string): ReportFormat[] {
  return parseWords(text, REPORT_FORMATS, 'format');
}

/** As `parseFormats`, for conformance runs. */
export function parseSuiteFormats(text: string): SuiteFormat[] {
  return parseWords(text, SUITE_FORMATS, 'format');
}

function parseWords<Word extends string>(text: string, words: readonly Word[], what: string): Word[] {
  return text.split(',').map((word) => {
    const found = words.find((candidate) => candidate === word.trim());
    if (found !== undefined) return found;
    const nearest = nearestWord(word.trim(), words);
    throw new FieldproofError('FP_USAGE', `${what} "${word}": expected one of ${words.join(', ')}${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`);
  });
}
