import { absentAddress } from '../bench/address-ranges.ts';
import { exception, pduIs, pduThat } from '../bench/heard.ts';
import { fields, packBits, writeCoils, writeRegisters } from '../bench/requests.ts';
import { expectHeld, MISSING } from './held-content.ts';
import { lastWritable, scratchOf, someAbsent, writableEnd } from './needed-rules.ts';
import type { ServerPurpose } from './server-purpose.ts';

const COILS = { requires: ['FC01'], needs: ['writes', 'coils', 'coilsWritable'] } as const;
const REGISTERS = { requires: ['FC03'], needs: ['writes', 'holdingRegisters', 'holdingRegistersWritable'] } as const;

/** FC05 and FC06: one coil, one register. */
export const SINGLE_WRITE_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'FC05',
    number: 1,
    statements: ['MB-APP-05-01', 'MB-APP-05-02', 'MB-APP-GEN-05', 'MB-APP-EXC-03'],
    purpose: 'FC05 sets a coil with FF00 and clears it with 0000; its answer repeats the request, and a read behind it sees the coil',
    requires: [...COILS.requires, 'FC05'],
    needs: COILS.needs,
    caughtBy: 'answers-writes-without-writing',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'coils', 1);
      for (const [value, bit] of [[0xff00, 1], [0, 0], [0xff00, 1]] as const) {
        const pdu = fields(5, first, value);
        await station.expect({ what: `FC05 of coil ${first} with ${value === 0 ? '0000' : 'FF00'}`, pdu }, pduIs(pdu, 'the same again'));
        await expectHeld(station, 'coils', first, [bit]);
      }
    },
  },
  {
    area: 'FC05',
    number: 2,
    statements: ['MB-APP-05-03'],
    purpose: 'FC05 with a value other than FF00 or 0000 is refused with exception 03, and the coil stays',
    requires: [...COILS.requires, 'FC05'],
    needs: COILS.needs,
    caughtBy: 'takes-any-coil-value',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'coils', 1);
      for (const bit of [1, 0]) {
        await bench.needWritten(station, 'coils', first, [bit]);
        for (const value of [0x0001, 0x1234, 0xff01, 0x00ff, 0xffff]) {
          await station.expect({ what: `FC05 with the value ${value.toString(16).padStart(4, '0')}`, pdu: fields(5, first, value) }, exception(5, 3));
        }
        await expectHeld(station, 'coils', first, [bit]);
      }
    },
  },
  {
    area: 'FC05',
    number: 3,
    statements: ['MB-APP-05-04'],
    purpose: 'FC05 of an address that no coil has is refused with exception 02',
    requires: ['FC05'],
    needs: ['writes', 'coils', someAbsent('coils')],
    caughtBy: 'takes-writes-anywhere',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.coils) ?? MISSING;
      for (const value of [0xff00, 0]) await station.expect({ what: `FC05 of ${absent}, which is no coil`, pdu: fields(5, absent, value) }, exception(5, 2));
    },
  },
  {
    area: 'FC05',
    number: 4,
    statements: ['MB-APP-05-05', 'MB-APP-GEN-12'],
    level: 'should',
    purpose: 'FC05 with a bad value and a bad address is refused for its value, with exception 03',
    requires: ['FC05'],
    needs: ['writes', 'coils', someAbsent('coils')],
    caughtBy: 'judges-address-before-quantity',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.coils) ?? MISSING;
      await station.expect({ what: `FC05 of ${absent}, which is no coil, with the value 1234`, pdu: fields(5, absent, 0x1234) }, exception(5, 3));
    },
  },
  {
    area: 'FC06',
    number: 1,
    statements: ['MB-APP-06-01', 'MB-APP-06-02', 'MB-APP-EXC-06', 'MB-APP-GEN-05', 'MB-APP-GEN-07', 'MB-APP-EXC-03'],
    purpose: 'FC06 stores any value; its answer repeats the request, and a read behind it sees the value',
    requires: [...REGISTERS.requires, 'FC06'],
    needs: REGISTERS.needs,
    caughtBy: 'answers-writes-without-writing',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 1);
      for (const value of [0x0001, 0x1234, 0x7fff, 0x8000, 0xff00, 0xffff, 0x0000]) {
        const pdu = fields(6, first, value);
        await station.expect({ what: `FC06 of register ${first} with ${value}`, pdu }, pduIs(pdu, 'the same again'));
        await expectHeld(station, 'holdingRegisters', first, [value]);
      }
    },
  },
  {
    area: 'FC06',
    number: 2,
    statements: ['MB-APP-06-03'],
    purpose: 'FC06 of an address that no register has is refused with exception 02',
    requires: ['FC06'],
    needs: ['writes', 'holdingRegisters', someAbsent('holdingRegisters')],
    caughtBy: 'takes-writes-anywhere',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.holdingRegisters) ?? MISSING;
      await station.expect({ what: `FC06 of ${absent}, which is no register`, pdu: fields(6, absent, 0x1234) }, exception(6, 2));
    },
  },
];

/** FC15: coils. */
export const COIL_WRITE_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'FC15',
    number: 1,
    statements: ['MB-APP-15-01', 'MB-APP-15-02', 'MB-APP-15-03', 'MB-APP-GEN-05', 'MB-APP-01-04'],
    purpose: 'FC15 takes the lowest bit of its first byte for the first coil, answers with address and quantity, and a read behind it sees all coils',
    requires: [...COILS.requires, 'FC15'],
    needs: [...COILS.needs, scratchOf('coils', 2)],
    caughtBy: 'answers-writes-without-writing',
    run: async (bench) => {
      const station = await bench.open();
      const { first, count } = await bench.scratch(station, 'coils', 20);
      for (const turn of [0, 1]) {
        const bits = Array.from({ length: count }, (_none, index) => Number(index % 3 === turn));
        await station.expect({ what: `FC15 of ${count} coils from ${first}`, pdu: writeCoils(first, bits) }, pduIs(fields(15, first, count), 'address and quantity'));
        await expectHeld(station, 'coils', first, bits);
      }
    },
  },
  {
    area: 'FC15',
    number: 2,
    statements: ['MB-APP-15-03'],
    purpose: 'The padding bits of FC15 change no coil',
    requires: [...COILS.requires, 'FC15'],
    needs: [...COILS.needs, scratchOf('coils', 4)],
    caughtBy: 'writes-padding-bits',
    run: async (bench) => {
      const station = await bench.open();
      const { first, count } = await bench.scratch(station, 'coils', 8);
      await bench.needWritten(station, 'coils', first, Array.from({ length: count }, () => 0));
      const [padded] = [Uint8Array.of(...writeCoils(first, [0, 1, 1]).subarray(0, 6), 0xfe)];
      await station.expect({ what: 'FC15 of 3 coils with all padding bits set', pdu: padded }, pduIs(fields(15, first, 3), 'address and quantity'));
      await expectHeld(station, 'coils', first, [0, 1, 1, 0, 0, 0, 0, 0].slice(0, count));
    },
  },
  {
    area: 'FC15',
    number: 3,
    statements: ['MB-APP-15-04', 'MB-APP-15-01'],
    purpose: 'FC15 with quantity 0, or a byte count that does not fit the quantity, is refused with exception 03 and changes nothing',
    requires: [...COILS.requires, 'FC15'],
    needs: [...COILS.needs, scratchOf('coils', 2)],
    caughtBy: 'ignores-byte-counts',
    run: async (bench) => {
      const station = await bench.open();
      const { first, count } = await bench.scratch(station, 'coils', 8);
      const zeros = Array.from({ length: count }, () => 0);
      await bench.needWritten(station, 'coils', first, zeros);
      const wrong = [
        { what: 'FC15 with quantity 0', pdu: Uint8Array.of(...fields(15, first, 0), 0) },
        { what: 'FC15 with quantity 0 and a byte', pdu: Uint8Array.of(...fields(15, first, 0), 1, 0xff) },
        { what: 'FC15 of 2 coils with 2 bytes', pdu: Uint8Array.of(...fields(15, first, 2), 2, 0xff, 0xff) },
      ];
      for (const asked of wrong) await station.expect(asked, exception(15, 3));
      await expectHeld(station, 'coils', first, zeros);
    },
  },
  {
    area: 'FC15',
    number: 4,
    statements: ['MB-APP-15-04'],
    purpose: 'FC15 of more than 1968 coils is refused',
    requires: ['FC15'],
    needs: ['writes', 'coils', someAbsent('coils')],
    caughtBy: 'takes-more-than-fits',
    run: async (bench) => {
      const station = await bench.open();
      const bits = Array.from({ length: 1_969 }, () => 0);
      // Where nothing exists, so that a server which takes it changes nothing; its address is wrong too, which some judge first.
      const absent = absentAddress(bench.device.exists.coils) ?? MISSING;
      await station.expect({ what: 'FC15 of 1969 coils', pdu: writeCoils(absent, bits) }, exception(15, 3, 2));
    },
  },
  {
    area: 'FC15',
    number: 5,
    statements: ['MB-APP-15-05'],
    purpose: 'FC15 that passes the last coil is refused with exception 02 and writes no coil',
    requires: [...COILS.requires, 'FC15'],
    needs: [...COILS.needs, writableEnd('coils')],
    caughtBy: 'writes-up-to-the-end',
    run: async (bench) => {
      const station = await bench.open();
      const last = lastWritable(bench.device.writable.coils, bench.device.exists.coils) ?? 0;
      await bench.saved(station, 'coils', { first: last, count: 1 });
      await bench.needWritten(station, 'coils', last, [0]);
      await station.expect({ what: `FC15 of the last coil (${last}) and one more`, pdu: writeCoils(last, [1, 1]) }, exception(15, 2));
      await expectHeld(station, 'coils', last, [0]);
    },
  },
  {
    area: 'FC15',
    number: 6,
    statements: ['MB-APP-15-04', 'MB-APP-GEN-01'],
    purpose: 'FC15 takes as many coils at once as may be written, at most 1968',
    requires: [...COILS.requires, 'FC15'],
    needs: COILS.needs,
    caughtBy: 'takes-only-short-writes',
    run: async (bench) => {
      const station = await bench.open();
      const { first, count } = await bench.scratch(station, 'coils', 1_968);
      const bits = Array.from({ length: count }, (_none, index) => Number((index * 7) % 5 < 2));
      await station.expect({ what: `FC15 of ${count} coils`, pdu: writeCoils(first, bits) }, pduIs(fields(15, first, count), 'address and quantity'));
      await expectHeld(station, 'coils', first, bits);
    },
  },
  {
    area: 'FC15',
    number: 7,
    statements: ['MB-APP-EXC-11', 'MB-APP-GEN-12'],
    level: 'should',
    purpose: 'FC15 with a bad byte count and a bad address is refused for its byte count, with exception 03',
    requires: ['FC15'],
    needs: ['writes', 'coils', someAbsent('coils')],
    caughtBy: 'judges-address-before-quantity',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.coils) ?? MISSING;
      await station.expect({ what: `FC15 of 2 coils from ${absent}, which does not exist, with 2 bytes`, pdu: Uint8Array.of(...fields(15, absent, 2), 2, ...packBits([1, 1]), 0) }, exception(15, 3));
    },
  },
];

/** FC16: registers. */
export const REGISTER_WRITE_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'FC16',
    number: 1,
    statements: ['MB-APP-16-01', 'MB-APP-16-02', 'MB-APP-GEN-05', 'MB-APP-GEN-07', 'MB-APP-EXC-06', 'MB-APP-03-04'],
    purpose: 'FC16 answers with address and quantity, and a read behind it sees all values in their order',
    requires: [...REGISTERS.requires, 'FC16'],
    needs: REGISTERS.needs,
    caughtBy: 'answers-writes-without-writing',
    run: async (bench) => {
      const station = await bench.open();
      const { first, count } = await bench.scratch(station, 'holdingRegisters', 4);
      for (const start of [0x0a0b, 0xfffd]) {
        const values = Array.from({ length: count }, (_none, index) => (start + index * 3) & 0xffff);
        await station.expect({ what: `FC16 of ${count} registers from ${first}`, pdu: writeRegisters(first, values) }, pduIs(fields(16, first, count), 'address and quantity'));
        await expectHeld(station, 'holdingRegisters', first, values);
      }
    },
  },
  {
    area: 'FC16',
    number: 2,
    statements: ['MB-APP-16-03', 'MB-APP-GEN-01', 'MB-APP-GEN-02', 'MB-APP-GEN-03'],
    purpose: 'FC16 takes as many registers at once as may be written, at most 123',
    requires: [...REGISTERS.requires, 'FC16'],
    needs: REGISTERS.needs,
    caughtBy: 'takes-only-short-writes',
    run: async (bench) => {
      const station = await bench.open();
      const { first, count } = await bench.scratch(station, 'holdingRegisters', 123);
      const values = Array.from({ length: count }, (_none, index) => 0x2000 + index);
      await station.expect({ what: `FC16 of ${count} registers`, pdu: writeRegisters(first, values) }, pduIs(fields(16, first, count), 'address and quantity'));
      await expectHeld(station, 'holdingRegisters', first, values);
    },
  },
  {
    area: 'FC16',
    number: 3,
    statements: ['MB-APP-16-04', 'MB-APP-16-01'],
    purpose: 'FC16 with quantity 0, or a byte count that is not twice the quantity, is refused with exception 03 and changes nothing',
    requires: [...REGISTERS.requires, 'FC16'],
    needs: [...REGISTERS.needs, scratchOf('holdingRegisters', 2)],
    caughtBy: 'ignores-byte-counts',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 2);
      await bench.needWritten(station, 'holdingRegisters', first, [7, 8]);
      const wrong = [
        { what: 'FC16 with quantity 0', pdu: writeRegisters(first, [], 0, 0) },
        { what: 'FC16 with quantity 0 and 2 bytes', pdu: writeRegisters(first, [0x1111], 0) },
        { what: 'FC16 of 1 register with 4 bytes', pdu: writeRegisters(first, [0x1111, 0x2222], 1) },
        { what: 'FC16 of 2 registers with 2 bytes', pdu: writeRegisters(first, [0x1111], 2) },
      ];
      for (const asked of wrong) await station.expect(asked, exception(16, 3));
      await expectHeld(station, 'holdingRegisters', first, [7, 8]);
    },
  },
  {
    area: 'FC16',
    number: 4,
    statements: ['MB-APP-16-04'],
    purpose: 'FC16 of more than 123 registers is refused',
    requires: ['FC16'],
    needs: ['writes', 'holdingRegisters', someAbsent('holdingRegisters')],
    caughtBy: 'takes-more-than-fits',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.holdingRegisters) ?? MISSING;
      // 123 values fit into a PDU; the quantity says one more. Where nothing exists, so that nothing can be changed.
      const pdu = writeRegisters(absent, Array.from({ length: 123 }, () => 0), 124);
      await station.expect({ what: 'FC16 of 124 registers', pdu }, exception(16, 3, 2));
    },
  },
  {
    area: 'FC16',
    number: 5,
    statements: ['MB-APP-16-05'],
    purpose: 'FC16 that passes the last register is refused with exception 02 and writes no register',
    requires: [...REGISTERS.requires, 'FC16'],
    needs: [...REGISTERS.needs, writableEnd('holdingRegisters')],
    caughtBy: 'writes-up-to-the-end',
    run: async (bench) => {
      const station = await bench.open();
      const last = lastWritable(bench.device.writable.holdingRegisters, bench.device.exists.holdingRegisters) ?? 0;
      await bench.saved(station, 'holdingRegisters', { first: last, count: 1 });
      await bench.needWritten(station, 'holdingRegisters', last, [7]);
      await station.expect({ what: `FC16 of the last register (${last}) and one more`, pdu: writeRegisters(last, [0x1111, 0x2222]) }, exception(16, 2));
      await expectHeld(station, 'holdingRegisters', last, [7]);
    },
  },
  {
    area: 'FC16',
    number: 6,
    statements: ['MB-APP-16-06', 'MB-APP-EXC-11', 'MB-APP-GEN-12'],
    level: 'should',
    purpose: 'FC16 with a bad byte count and a bad address is refused for its byte count, with exception 03',
    requires: ['FC16'],
    needs: ['writes', 'holdingRegisters', someAbsent('holdingRegisters')],
    caughtBy: 'judges-address-before-quantity',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.holdingRegisters) ?? MISSING;
      await station.expect({ what: `FC16 of 2 registers from ${absent}, which does not exist, with 2 bytes`, pdu: writeRegisters(absent, [0x1111], 2) }, exception(16, 3));
    },
  },
  {
    area: 'TABLES',
    number: 1,
    statements: ['MB-APP-GEN-08'],
    purpose: 'Writing a holding register or a coil changes no input register and no discrete input of the same address',
    requires: ['FC03', 'FC04', 'SEPARATE_TABLES'],
    needs: [...REGISTERS.needs, 'inputRegisters'],
    caughtBy: 'writes-into-the-inputs',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 1);
      const reads = { what: `FC04 of address ${first}`, pdu: fields(4, first, 1) };
      const answerable = pduThat('an answer', (pdu) => pdu[0] === 4 || pdu[0] === 0x84);
      for (const value of [0x5aa5, 0xa55a]) {
        const before = await station.needPdu(reads, answerable);
        await bench.needWritten(station, 'holdingRegisters', first, [value]);
        const after = await station.expectPdu(reads, answerable);
        // A live input may take any value, once; it does not take two that we chose.
        if (Buffer.from(before).equals(after)) return;
        station.judge(reads.what, { kind: 'answer', unit: 0, transactionId: undefined, pdu: after, tMs: 0 }, pduThat('not what was written to the holding register', (pdu) => pdu[2] !== value >>> 8 || pdu[3] !== (value & 0xff)));
      }
    },
  },
];
