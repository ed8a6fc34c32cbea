import { absentAddress } from '../bench/address-ranges.ts';
import { exception, pduIs, pduThat } from '../bench/heard.ts';
import { isDataAnswer } from '../bench/modbus-bench.ts';
import { exchange, fields, wordsOf } from '../bench/requests.ts';
import { expectHeld, MISSING } from './held-content.ts';
import { lastWritable, scratchOf, someAbsent, writableEnd } from './needed-rules.ts';
import type { ServerPurpose } from './server-purpose.ts';

const WRITABLE = ['writes', 'holdingRegisters', 'holdingRegistersWritable'] as const;

/** FC22 to FC24: masks, exchange, queues. */
export const EXCHANGE_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'FC22',
    number: 1,
    statements: ['MB-APP-22-01', 'MB-APP-22-02', 'MB-APP-GEN-05'],
    purpose: 'FC22 repeats its request, and the register is (current AND and-mask) OR (or-mask AND NOT and-mask) after it',
    requires: ['FC03', 'FC22'],
    needs: WRITABLE,
    caughtBy: 'masks-without-complement',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 1);
      for (const [current, and, or] of [[0x0012, 0x00f2, 0x0025], [0xffff, 0x0f0f, 0x00ff], [0x1234, 0xffff, 0xffff], [0x1234, 0, 0xabcd]] as const) {
        await bench.needWritten(station, 'holdingRegisters', first, [current]);
        const pdu = fields(22, first, and, or);
        await station.expect({ what: `FC22 with ${and.toString(16)} and ${or.toString(16)}`, pdu }, pduIs(pdu, 'the same again'));
        await expectHeld(station, 'holdingRegisters', first, [((current & and) | (or & ~and)) & 0xffff]);
      }
    },
  },
  {
    area: 'FC22',
    number: 2,
    statements: ['MB-APP-22-03', 'MB-APP-EXC-11'],
    purpose: 'FC22 of an address that no register has is refused with exception 02, whatever the masks',
    requires: ['FC22'],
    needs: ['writes', 'holdingRegisters', someAbsent('holdingRegisters')],
    caughtBy: 'takes-writes-anywhere',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.holdingRegisters) ?? MISSING;
      for (const mask of [0, 0xffff]) await station.expect({ what: `FC22 of ${absent}, which is no register`, pdu: fields(22, absent, mask, 0xffff) }, exception(22, 2));
    },
  },
  {
    area: 'FC23',
    number: 1,
    statements: ['MB-APP-23-01', 'MB-APP-23-02', 'MB-APP-23-05', 'MB-APP-GEN-05'],
    purpose: 'FC23 writes before it reads, and answers with twice as many bytes as it reads registers',
    requires: ['FC03', 'FC23'],
    needs: WRITABLE,
    caughtBy: 'reads-before-it-writes',
    run: async (bench) => {
      const station = await bench.open();
      const { first, count } = await bench.scratch(station, 'holdingRegisters', 4);
      for (const start of [0x1111, 0x8fff]) {
        const values = Array.from({ length: count }, (_none, index) => start + index);
        const shown = pduThat('the values written', (pdu) => isDataAnswer(pdu, 23, count * 2) && wordsOf(pdu.subarray(2)).join() === values.join());
        await station.expect({ what: `FC23 that reads what it writes (${count} registers from ${first})`, pdu: exchange({ address: first, quantity: count }, first, values) }, shown);
        await expectHeld(station, 'holdingRegisters', first, values);
      }
    },
  },
  {
    area: 'FC23',
    number: 2,
    statements: ['MB-APP-23-03', 'MB-APP-23-01'],
    purpose: 'FC23 with read quantity 0 or above 125, write quantity 0, or a byte count that is not twice the write quantity is refused with exception 03, and writes nothing',
    requires: ['FC03', 'FC23'],
    needs: [...WRITABLE, scratchOf('holdingRegisters', 2)],
    caughtBy: 'ignores-byte-counts',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 2);
      await bench.needWritten(station, 'holdingRegisters', first, [7, 8]);
      const one = { address: first, quantity: 1 };
      const wrong = [
        { what: 'FC23 with write quantity 0', pdu: exchange(one, first, []) },
        { what: 'FC23 with read quantity 0', pdu: exchange({ address: first, quantity: 0 }, first, [0x1111]) },
        { what: 'FC23 that writes 2 registers with 2 bytes', pdu: exchange(one, first, [0x1111], 2) },
        { what: 'FC23 that writes 1 register with 4 bytes', pdu: exchange(one, first, [0x1111, 0x2222], 1) },
      ];
      for (const asked of wrong) await station.expect(asked, exception(23, 3));
      // The table need not hold so many: then the address is wrong too.
      await station.expect({ what: 'FC23 with read quantity 126', pdu: exchange({ address: first, quantity: 126 }, first, [0x1111]) }, exception(23, 3, 2));
      await expectHeld(station, 'holdingRegisters', first, [7, 8]);
    },
  },
  {
    area: 'FC23',
    number: 3,
    statements: ['MB-APP-23-04'],
    purpose: 'FC23 with a bad read range or a bad write range is refused with exception 02 and writes nothing',
    requires: ['FC03', 'FC23'],
    needs: [...WRITABLE, writableEnd('holdingRegisters')],
    caughtBy: 'writes-up-to-the-end',
    run: async (bench) => {
      const station = await bench.open();
      const last = lastWritable(bench.device.writable.holdingRegisters, bench.device.exists.holdingRegisters) ?? 0;
      await bench.saved(station, 'holdingRegisters', { first: last, count: 1 });
      await bench.needWritten(station, 'holdingRegisters', last, [7]);
      await station.expect({ what: 'FC23 whose read passes the last register', pdu: exchange({ address: last, quantity: 2 }, last, [0x1111]) }, exception(23, 2));
      await expectHeld(station, 'holdingRegisters', last, [7]);
      await station.expect({ what: 'FC23 whose write passes the last register', pdu: exchange({ address: last, quantity: 1 }, last, [0x1111, 0x2222]) }, exception(23, 2));
      await expectHeld(station, 'holdingRegisters', last, [7]);
    },
  },
  {
    area: 'FC23',
    number: 4,
    statements: ['MB-APP-23-03', 'MB-APP-GEN-01'],
    purpose: 'FC23 reads up to 125 and writes up to 121 registers at once, and no more than 121',
    requires: ['FC03', 'FC23'],
    needs: [...WRITABLE, someAbsent('holdingRegisters')],
    caughtBy: 'takes-only-short-writes',
    run: async (bench) => {
      const station = await bench.open();
      const { first, count } = await bench.scratch(station, 'holdingRegisters', 121);
      const values = Array.from({ length: count }, (_none, index) => 0x3000 + index);
      const range = bench.range('holdingRegisters');
      const quantity = Math.min(range.count, 125);
      const shown = pduThat(`${quantity * 2} bytes of data`, (pdu) => isDataAnswer(pdu, 23, quantity * 2));
      await station.expect({ what: `FC23 of ${quantity} and ${count} registers`, pdu: exchange({ address: range.first, quantity }, first, values) }, shown);
      await expectHeld(station, 'holdingRegisters', first, values);
      const absent = absentAddress(bench.device.exists.holdingRegisters) ?? MISSING;
      await station.expect({ what: 'FC23 that writes 122 registers', pdu: exchange({ address: first, quantity: 1 }, absent, Array.from({ length: 121 }, () => 0), 122) }, exception(23, 3, 2));
    },
  },
  {
    area: 'FC23',
    number: 5,
    statements: ['MB-APP-EXC-11', 'MB-APP-GEN-12'],
    level: 'should',
    purpose: 'FC23 with a bad byte count and bad addresses is refused for its byte count, with exception 03',
    requires: ['FC23'],
    needs: ['writes', 'holdingRegisters', someAbsent('holdingRegisters')],
    caughtBy: 'judges-address-before-quantity',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.holdingRegisters) ?? MISSING;
      await station.expect({ what: `FC23 at ${absent}, which does not exist, with a byte count that does not fit`, pdu: exchange({ address: absent, quantity: 1 }, absent, [0x1111], 2) }, exception(23, 3));
    },
  },
  {
    area: 'FC24',
    number: 1,
    statements: ['MB-APP-24-01', 'MB-APP-24-02', 'MB-APP-GEN-05'],
    purpose: 'FC24 answers with a byte count that includes the count register, the count, and that many registers, and does not empty the queue',
    requires: ['FC24'],
    needs: ['fifo'],
    caughtBy: 'empties-the-queue',
    run: async (bench) => {
      const station = await bench.open();
      const fifo = Number(bench.context.pixit.values['fifo']);
      const asked = { what: `FC24 of the queue at ${fifo}`, pdu: fields(24, fifo) };
      const well = pduThat('a queue of at most 31 registers', (pdu) => {
        const [byteCount = -1, count = -1] = wordsOf(pdu.subarray(1, 5));
        return pdu[0] === 24 && count <= 31 && byteCount === 2 + count * 2 && pdu.length === 3 + byteCount;
      });
      const before = await station.expectPdu(asked, well);
      const countBefore = wordsOf(before.subarray(3, 5))[0] ?? 0;
      await station.expect(asked, pduThat(`a queue of at least ${countBefore} registers, as before`, (pdu) => well.accepts({ kind: 'answer', unit: 0, transactionId: 0, pdu, tMs: 0 }) && (wordsOf(pdu.subarray(3, 5))[0] ?? 0) >= countBefore));
    },
  },
  {
    area: 'FC24',
    number: 2,
    statements: ['MB-APP-24-03', 'MB-APP-EXC-11'],
    purpose: 'FC24 of an address that has no queue is refused with exception 02',
    requires: ['FC24'],
    needs: ['holdingRegisters', someAbsent('holdingRegisters')],
    caughtBy: 'has-queues-anywhere',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.holdingRegisters) ?? MISSING;
      await station.expect({ what: `FC24 of ${absent}, which does not exist`, pdu: fields(24, absent) }, exception(24, 2));
    },
  },
  {
    area: 'FC24',
    number: 3,
    statements: ['MB-APP-24-03'],
    purpose: 'FC24 of a queue of more than 31 registers is refused with exception 03',
    requires: ['FC24'],
    needs: ['fifoOverfull'],
    caughtBy: 'shows-part-of-a-long-queue',
    run: async (bench) => {
      const station = await bench.open();
      const fifo = Number(bench.context.pixit.values['fifoOverfull']);
      await station.expect({ what: `FC24 of the long queue at ${fifo}`, pdu: fields(24, fifo) }, exception(24, 3));
    },
  },
];
