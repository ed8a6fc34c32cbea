import { ASCII_CARRIAGE_RETURN, ASCII_COLON } from '../../hil/protocols/modbus/ascii.ts';
import { putUint16, uint16At } from '../../hil/protocols/modbus/big-endian.ts';
import { ILLEGAL_DATA_VALUE, ILLEGAL_FUNCTION } from '../../hil/protocols/modbus/exception.ts';
import type { DiagnosticsRequest } from '../../hil/protocols/modbus/request.ts';
import type { LineDiagnostics } from './line-diagnostics.ts';

/** What a sub-function asks for: the data of the answer, and what has to happen once the answer is on its way. */
export interface DiagnosticsOutcome {
  /** Undefined: no answer. */
  readonly data: Uint8Array | undefined;
  readonly afterwards?: (diagnostics: LineDiagnostics) => void;
}

/** The outcome of a sub-function whose data has been found right. */
type SubFunction = (data: Uint8Array, diagnostics: LineDiagnostics) => DiagnosticsOutcome;

interface SubFunctionEntry {
  readonly allows: (data: Uint8Array) => boolean;
  readonly carryOut: SubFunction;
}

const CLEAR_LOG = 0xff00;
const ASCII_MAX = 0x7f;

/** Section 6.8.1. What is not here is reserved: 5 to 9, 19, and 21 on (which clears or reads counters of Modbus Plus). */
const SUB_FUNCTIONS: ReadonlyMap<number, SubFunctionEntry> = new Map<number, SubFunctionEntry>([
  [0, { allows: () => true, carryOut: (data) => ({ data }) }],
  [1, { allows: isRestart, carryOut: (data) => ({ data, afterwards: (diagnostics) => diagnostics.restart(uint16At(data, 0) === CLEAR_LOG) }) }],
  [2, reading((diagnostics) => diagnostics.register)],
  [3, { allows: isEndCharacter, carryOut: (data) => ({ data, afterwards: (diagnostics) => diagnostics.setEndCharacter(data[0] ?? 0) }) }],
  [4, { allows: isZero, carryOut: () => ({ data: undefined, afterwards: (diagnostics) => diagnostics.listenOnly() }) }],
  [10, { allows: isZero, carryOut: (data) => ({ data, afterwards: (diagnostics) => diagnostics.clearCounters() }) }],
  [11, reading(({ counts }) => counts.messages)],
  [12, reading(({ counts }) => counts.checkErrors)],
  [13, reading(({ counts }) => counts.exceptions)],
  [14, reading(({ counts }) => counts.own)],
  [15, reading(({ counts }) => counts.unanswered)],
  [16, reading(({ counts }) => counts.naks)],
  [17, reading(({ counts }) => counts.busies)],
  [18, reading(({ counts }) => counts.overruns)],
  [20, { allows: isZero, carryOut: (data) => ({ data, afterwards: (diagnostics) => diagnostics.clearOverruns() }) }],
]);

/**
 * FC 08 (section 6.8). An unknown sub-function is judged before its data.
 * @returns The outcome, or the exception code that is owed: 01 for a reserved sub-function, 03 for wrong data.
 */
export function diagnose({ subFunction, data }: DiagnosticsRequest, diagnostics: LineDiagnostics): DiagnosticsOutcome | number {
  const entry = SUB_FUNCTIONS.get(subFunction);
  if (entry === undefined) return ILLEGAL_FUNCTION;
  return entry.allows(data) ? entry.carryOut(data, diagnostics) : ILLEGAL_DATA_VALUE;
}

/**
 * The one request that a server in listen-only mode obeys, without an answer.
 * @returns What to clear, or undefined for any other PDU.
 */
export function restartAsked(pdu: Uint8Array): { readonly clearLog: boolean } | undefined {
  const asksRestart = pdu[0] === 8 && uint16At(pdu, 1) === 1 && isRestart(pdu.subarray(3));
  return asksRestart ? { clearLog: uint16At(pdu, 3) === CLEAR_LOG } : undefined;
}

function reading(value: (diagnostics: LineDiagnostics) => number): SubFunctionEntry {
  const carryOut: SubFunction = (_data, diagnostics) => {
    const data = new Uint8Array(2);
    putUint16(data, 0, value(diagnostics));
    return { data };
  };
  return { allows: isZero, carryOut };
}

function isZero(data: Uint8Array): boolean {
  return data.length === 2 && uint16At(data, 0) === 0;
}

function isRestart(data: Uint8Array): boolean {
  return data.length === 2 && (uint16At(data, 0) === 0 || uint16At(data, 0) === CLEAR_LOG);
}

/** A character that could not be told from the rest of a frame would leave the server deaf. */
function isEndCharacter(data: Uint8Array): boolean {
  const character = data[0] ?? 0;
  const isPartOfFrame = character === ASCII_COLON || character === ASCII_CARRIAGE_RETURN || /[0-9A-F]/u.test(String.fromCharCode(character));
  return data.length === 2 && data[1] === 0 && character <= ASCII_MAX && !isPartOfFrame;
}
