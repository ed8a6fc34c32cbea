import { absentAddress } from '../bench/address-ranges.ts';
import { anyAnswer, connectionEnd, exception, pduThat, silence, type Reaction } from '../bench/heard.ts';
import type { ModbusBench } from '../bench/modbus-bench.ts';
import { exchange, fields, fileGroup, hex, readFile, writeCoils, writeFile, writeRegisters } from '../bench/requests.ts';
import type { Asked } from '../bench/station.ts';
import { MISSING } from './held-content.ts';
import { someAbsent } from './needed-rules.ts';
import type { NeededRule, ServerPurpose } from './server-purpose.ts';

/** Public codes that no standard has given out. */
const UNASSIGNED_CODES = [18, 19, 25, 31, 44, 63, 73, 99, 111, 124];
/** Annex A, beside sub-functions and MEI types. */
const RESERVED_CODES = [9, 10, 13, 14, 41, 42, 90, 91, 125, 126, 127];
const USER_DEFINED_CODES = [65, 72, 100, 110];
const READ_ONLY_CODES = [1, 2, 3, 4, 7, 8, 11, 12, 17, 20, 24, 43];
const SERIAL_CODES = [7, 8, 11, 12, 17];

/** Rules for every function code, and the exceptions. */
export const GENERAL_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'CODES',
    number: 1,
    statements: ['MB-APP-GEN-04'],
    purpose: 'Function code 0 is refused with exception 01, and codes from 128 on are never carried out',
    caughtBy: 'drops-the-top-bit-of-codes',
    run: async (bench) => {
      const station = await bench.open();
      await station.expect({ what: 'function code 0', pdu: fields(0, 0, 1) }, exception(0, 1));
      const { pdu } = bench.plain();
      for (const code of [0x80 | (pdu[0] ?? 0), 0x80, 0xff]) {
        const closed = bench.carrier === 'tcp' ? [connectionEnd] : [];
        const heard = await station.ask({ pdu: Uint8Array.of(code, ...pdu.subarray(1)) });
        // The function code of an exception to such a code is not defined: the top bit may be set, or added.
        station.judge(`function code ${code}`, heard, silence, exception(code, 1), exceptionWithoutTopBit(code), ...closed);
        if (heard.kind === 'closed') return;
        if (heard.kind === 'silence') await bench.recover();
      }
    },
  },
  {
    area: 'CODES',
    number: 2,
    statements: ['MB-APP-GEN-14', 'MB-APP-EXC-01'],
    purpose: 'Function codes that are reserved for legacy products are refused with exception 01',
    requires: ['!LEGACY_CODES'],
    caughtBy: 'answers-reserved-codes',
    run: (bench) => expectUnknown(bench, RESERVED_CODES),
  },
  {
    area: 'CODES',
    number: 3,
    statements: ['MB-APP-GEN-13'],
    level: 'info',
    purpose: 'User-defined function codes that are not declared are refused with exception 01',
    requires: ['!USER_DEFINED_CODES'],
    caughtBy: 'is-silent-to-unknown-codes',
    run: (bench) => expectUnknown(bench, USER_DEFINED_CODES),
  },
  {
    area: 'CODES',
    number: 4,
    statements: ['MB-APP-EXC-01', 'MB-APP-EXC-02', 'MB-APP-EXC-03', 'MB-TCP-SRV-02'],
    purpose: 'Function codes that nobody has are refused with exception 01 in two bytes, never with silence',
    caughtBy: 'is-silent-to-unknown-codes',
    run: (bench) => expectUnknown(bench, UNASSIGNED_CODES),
  },
  {
    area: 'CODES',
    number: 5,
    statements: ['MB-APP-GEN-12', 'MB-APP-EXC-11'],
    purpose: 'The function code is judged before anything else: an unknown one is refused with exception 01 whatever follows it',
    caughtBy: 'judges-unknown-codes-by-their-data',
    run: async (bench) => {
      const station = await bench.open();
      for (const rest of ['', 'ff', 'ffff ffff', `0000 0000 ff ${'00'.repeat(200)}`]) {
        await station.expect({ what: `function code 44 with ${rest.length >> 1} bytes`, pdu: hex(`2c ${rest}`) }, exception(0x2c, 1));
      }
    },
  },
  {
    area: 'EXCEPTIONS',
    number: 1,
    statements: ['MB-APP-EXC-03', 'MB-APP-GEN-05', 'MB-APP-EXC-02'],
    purpose: 'Each of fifty requests, good ones and unknown ones by turns, is answered',
    caughtBy: 'forgets-every-tenth-request',
    run: async (bench) => {
      const station = await bench.open();
      for (let count = 0; count < 25; count += 1) {
        await bench.expectServes(station, `${count * 2} others`);
        await station.expect({ what: `an unknown function after ${count * 2 + 1} requests`, pdu: Uint8Array.of(0x2c) }, exception(0x2c, 1));
      }
    },
  },
  {
    area: 'EXCEPTIONS',
    number: 2,
    statements: ['MB-APP-EXC-07'],
    purpose: 'A failure of the device while it carries out a request gives exception 04',
    requires: ['FC03'],
    needs: ['failingRegister'],
    caughtBy: 'hides-failures',
    run: async (bench) => {
      const station = await bench.open();
      const address = Number(bench.context.pixit.values['failingRegister']);
      await station.expect({ what: `a read of the failing register ${address}`, pdu: fields(3, address, 1) }, exception(3, 4));
    },
  },
  ...Object.entries(refusedRequests()).map(([code, request]) => refusal(Number(code), request)),
];

function exceptionWithoutTopBit(code: number): Reaction {
  return pduThat('exception 01', (pdu) => pdu.length === 2 && pdu[0] === (code & 0x7f) && pdu[1] === 1);
}

async function expectUnknown(bench: ModbusBench, codes: readonly number[]): Promise<void> {
  const station = await bench.open();
  for (const code of codes) await station.expect({ what: `function code ${code}`, pdu: fields(code, 0, 1) }, exception(code, 1));
  await station.expect(bench.plain(), anyAnswer(bench.plain().pdu[0] ?? 0));
}

function noCoil({ device }: ModbusBench): number {
  return absentAddress(device.exists.coils) ?? MISSING;
}

function noRegister({ device }: ModbusBench): number {
  return absentAddress(device.exists.holdingRegisters) ?? MISSING;
}

/**
 * A whole request of each public function, which changes nothing should the server carry it out after all: writes go where
 * nothing exists, or say what no server may take.
 */
function refusedRequests(): Readonly<Record<number, (bench: ModbusBench) => Uint8Array>> {
  return {
    1: () => fields(1, 0, 1),
    2: () => fields(2, 0, 1),
    3: () => fields(3, 0, 1),
    4: () => fields(4, 0, 1),
    5: (bench) => fields(5, noCoil(bench), 0),
    6: (bench) => fields(6, noRegister(bench), 0),
    7: () => Uint8Array.of(7),
    8: () => fields(8, 0, 0xa537),
    11: () => Uint8Array.of(11),
    12: () => Uint8Array.of(12),
    15: (bench) => writeCoils(noCoil(bench), [0]),
    16: (bench) => writeRegisters(noRegister(bench), [0]),
    17: () => Uint8Array.of(17),
    20: () => readFile([fileGroup(1, 0, 1)]),
    21: () => writeFile([{ group: fileGroup(0, 0, 1), values: [0] }]),
    22: (bench) => fields(22, noRegister(bench), 0xffff, 0),
    23: (bench) => exchange({ address: 0, quantity: 1 }, noRegister(bench), [0]),
    24: () => fields(24, 0),
    43: () => hex('2b 0e 01 00'),
  };
}

/** The case that a function which is not declared is refused. */
function refusal(code: number, request: (bench: ModbusBench) => Uint8Array): ServerPurpose {
  const name = `FC${String(code).padStart(2, '0')}`;
  const serial = SERIAL_CODES.includes(code) ? ['MB-TCP-SRV-02'] : [];
  const isFile = code === 21;
  const needs: readonly (NeededRule | 'writes')[] = READ_ONLY_CODES.includes(code) ? [] : ['writes', ...(isFile ? [] : [someAbsent(code === 5 || code === 15 ? 'coils' : 'holdingRegisters')])];
  return {
    area: name,
    number: 100,
    statements: ['MB-APP-EXC-01', 'MB-APP-EXC-02', ...(code === 7 ? ['MB-APP-07-02'] : []), ...serial],
    purpose: `${name}, which is not declared, is refused with exception 01`,
    requires: [`!${name}`],
    needs,
    caughtBy: 'is-silent-to-unknown-codes',
    run: async (bench) => {
      const station = await bench.open();
      const asked: Asked = { what: `${name}, which is not declared`, pdu: request(bench) };
      await station.expect(asked, exception(code, 1));
    },
  };
}
