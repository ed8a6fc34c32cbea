import { uint16At } from '../../../hil/protocols/modbus/big-endian.ts';
import { decodeRequest } from '../../../hil/protocols/modbus/decode-request.ts';
import type { ClientPurpose } from './client-purpose.ts';
import { expectNone, requestsWith, type WatchedFrame } from './watch.ts';

/** A function, the statement on its request, and where its fields stand. */
interface RequestForm {
  readonly functionCode: number;
  readonly statement: string;
  readonly form: string;
  readonly isLength: (pdu: Uint8Array) => boolean;
}

/** `at`: of the quantity in the PDU. */
interface QuantityForm {
  readonly functionCode: number;
  readonly number: number;
  readonly statement: string;
  readonly at: number;
  readonly max: number;
  readonly of: string;
}

const FORMS: readonly RequestForm[] = [
  { functionCode: 1, statement: 'MB-APP-01-01', form: 'function, start address, quantity: 5 bytes', isLength: bytes(5) },
  { functionCode: 2, statement: 'MB-APP-02-01', form: 'function, start address, quantity: 5 bytes', isLength: bytes(5) },
  { functionCode: 3, statement: 'MB-APP-03-01', form: 'function, start address, quantity: 5 bytes', isLength: bytes(5) },
  { functionCode: 4, statement: 'MB-APP-04-01', form: 'function, start address, quantity: 5 bytes', isLength: bytes(5) },
  { functionCode: 5, statement: 'MB-APP-05-01', form: 'function, address, FF00 or 0000: 5 bytes', isLength: (pdu) => pdu.length === 5 && [0, 0xff00].includes(uint16At(pdu, 3)) },
  { functionCode: 6, statement: 'MB-APP-06-01', form: 'function, address, value: 5 bytes', isLength: bytes(5) },
  { functionCode: 8, statement: 'MB-APP-08-01', form: 'function, 2-byte sub-function, data of whole 16-bit words', isLength: (pdu) => pdu.length >= 5 && pdu.length % 2 === 1 },
  { functionCode: 15, statement: 'MB-APP-15-01', form: 'function, start, quantity, byte count (a byte for 8 coils), that many bytes', isLength: (pdu) => counted(pdu, 5) && pdu[5] === Math.ceil(uint16At(pdu, 3) / 8) },
  { functionCode: 16, statement: 'MB-APP-16-01', form: 'function, start, quantity, byte count (twice the quantity), that many bytes', isLength: (pdu) => counted(pdu, 5) && pdu[5] === 2 * uint16At(pdu, 3) },
  { functionCode: 20, statement: 'MB-APP-20-01', form: 'byte count and groups of 7 bytes with reference type 6', isLength: isWellFormed },
  { functionCode: 21, statement: 'MB-APP-21-01', form: 'data length and groups of 7 bytes plus 2 for each register, with reference type 6', isLength: isWellFormed },
  { functionCode: 22, statement: 'MB-APP-22-01', form: 'function, address, AND mask, OR mask: 7 bytes', isLength: bytes(7) },
  { functionCode: 23, statement: 'MB-APP-23-01', form: 'read start and quantity, write start and quantity, byte count (twice the write quantity), values', isLength: (pdu) => counted(pdu, 9) && pdu[9] === 2 * uint16At(pdu, 7) },
  { functionCode: 24, statement: 'MB-APP-24-01', form: 'function and FIFO pointer address: 3 bytes', isLength: bytes(3) },
];

const QUANTITIES: readonly QuantityForm[] = [
  { functionCode: 1, number: 2, statement: 'MB-APP-01-01', at: 3, max: 2_000, of: 'coils' },
  { functionCode: 2, number: 2, statement: 'MB-APP-02-01', at: 3, max: 2_000, of: 'discrete inputs' },
  { functionCode: 3, number: 2, statement: 'MB-APP-03-01', at: 3, max: 125, of: 'registers' },
  { functionCode: 4, number: 2, statement: 'MB-APP-04-01', at: 3, max: 125, of: 'registers' },
  { functionCode: 15, number: 2, statement: 'MB-APP-15-01', at: 3, max: 1_968, of: 'coils' },
  { functionCode: 16, number: 2, statement: 'MB-APP-16-01', at: 3, max: 123, of: 'registers' },
  { functionCode: 23, number: 2, statement: 'MB-APP-23-01', at: 3, max: 125, of: 'registers to read' },
  { functionCode: 23, number: 3, statement: 'MB-APP-23-01', at: 7, max: 121, of: 'registers to write' },
];

/** Requests of each function, as the client sends them by itself. */
export const REQUEST_PURPOSES: readonly ClientPurpose[] = [...FORMS.map(formPurpose), ...QUANTITIES.map(quantityPurpose)];

function formPurpose({ functionCode, statement, form, isLength }: RequestForm): ClientPurpose {
  return {
    area: areaOf(functionCode),
    number: 1,
    statements: [statement],
    purpose: `Every request with function ${functionCode} is ${form}`,
    requires: [areaOf(functionCode)],
    caughtBy: `misshapes-fc${twoDigits(functionCode)}`,
    run: async (bench) => {
      expectNone(await requestsWith(bench, functionCode), (frame) => (isLength(pduOf(frame)) ? undefined : `the request ${hex(pduOf(frame))} is not ${form}`));
    },
  };
}

function quantityPurpose({ functionCode, number, statement, at, max, of }: QuantityForm): ClientPurpose {
  return {
    area: areaOf(functionCode),
    number,
    statements: [statement],
    purpose: `Every request with function ${functionCode} is for 1 to ${max} ${of}`,
    requires: [areaOf(functionCode)],
    caughtBy: `asks-too-much-fc${twoDigits(functionCode)}${at === 7 ? '-write' : ''}`,
    run: async (bench) => {
      expectNone(await requestsWith(bench, functionCode), (frame) => {
        const quantity = uint16At(pduOf(frame), at);
        return quantity >= 1 && quantity <= max ? undefined : `the request ${hex(pduOf(frame))} is for ${quantity} ${of}`;
      });
    },
  };
}

function bytes(count: number): (pdu: Uint8Array) => boolean {
  return (pdu) => pdu.length === count;
}

/** The byte at `at` counts what follows it. */
function counted(pdu: Uint8Array, at: number): boolean {
  return pdu.length > at && pdu.length === at + 1 + (pdu[at] ?? 0);
}

function isWellFormed(pdu: Uint8Array): boolean {
  return decodeRequest(pdu).kind === 'request';
}

function pduOf({ asked }: WatchedFrame): Uint8Array {
  return asked?.pdu ?? new Uint8Array(0);
}

function areaOf(functionCode: number): string {
  return `FC${twoDigits(functionCode)}`;
}

function twoDigits(functionCode: number): string {
  return String(functionCode).padStart(2, '0');
}

function hex(pdu: Uint8Array): string {
  return Buffer.from(pdu.subarray(0, 24)).toString('hex');
}
