import { absentAddress } from '../bench/address-ranges.ts';
import { failCase } from '../../framework/case-stop.ts';
import { anyAnswer, pduIs } from '../bench/heard.ts';
import { lrc } from '../../../hil/protocols/modbus/lrc.ts';
import { asciiText, withCrc } from '../bench/modbus-frame.ts';
import type { ModbusBench } from '../bench/modbus-bench.ts';
import { diagnose, fields, writeCoils, writeRegisters } from '../bench/requests.ts';
import { BROADCAST } from './broadcast-rules.ts';
import { expectHeld, MISSING } from './held-content.ts';
import { ALONE_ON_LINE } from './needed-rules.ts';
import type { ServerPurpose } from './server-purpose.ts';
import { spoilt } from './spoilt-frames.ts';

const WRITABLE = ['writes', 'holdingRegisters', 'holdingRegistersWritable'] as const;
const RTU_FRAME_BYTES_MAX = 256;
/** Longer than t3.5 at any rate, and than the timers of an operating system: the two halves are two frames. */
const GAP_MS = 100;
const RESERVED_UNITS = [248, 255];

/** Addresses, broadcasts and check values, on RTU and ASCII lines. */
export const SERIAL_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'ADDRESS',
    number: 1,
    statements: ['MB-SER-ADR-01', 'MB-SER-ADR-05', 'MB-SER-ADR-06'],
    purpose: 'Only a request for its own address is answered, under that address; others, reserved ones too, get silence',
    on: 'serial',
    caughtBy: 'answers-for-every-unit',
    run: async (bench) => {
      const station = await bench.open();
      const { pdu } = bench.plain();
      const { unitId, otherUnits } = bench.device;
      const strangers = [1, 2, 17, 247, ...RESERVED_UNITS].filter((unit) => unit !== unitId && !otherUnits.includes(unit));
      for (const unit of strangers) await station.expectSilence(`a request for unit ${unit}`, station.frame(pdu, { unit, transactionId: 0 }));
      await bench.expectServes(station, 'requests for others');
    },
  },
  {
    area: 'ADDRESS',
    number: 2,
    statements: ['MB-SER-ADR-05'],
    purpose: 'A write for another address changes nothing',
    on: 'serial',
    requires: ['FC03', 'FC06'],
    needs: [...WRITABLE, ALONE_ON_LINE],
    caughtBy: 'executes-for-every-unit',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 1);
      await bench.needWritten(station, 'holdingRegisters', first, [7]);
      const unit = bench.device.unitId === 2 ? 3 : 2;
      await station.expectSilence(`FC06 for unit ${unit}`, station.frame(fields(6, first, 0x1234), { unit, transactionId: 0 }));
      await expectHeld(station, 'holdingRegisters', first, [7]);
    },
  },
  {
    area: 'ADDRESS',
    number: 3,
    statements: ['MB-SER-ADR-05'],
    purpose: 'Answers of other servers on the line are not taken for requests',
    on: 'serial',
    needs: [ALONE_ON_LINE],
    caughtBy: 'answers-for-every-unit',
    run: async (bench) => {
      const station = await bench.open();
      const unit = bench.device.unitId === 5 ? 6 : 5;
      for (const pdu of [fields(6, MISSING, 0x1234), Uint8Array.of(3, 4, 0, 1, 0, 2), Uint8Array.of(0x83, 2)]) {
        await station.expectSilence(`the answer ${Buffer.from(pdu).toString('hex')} of unit ${unit}`, station.frame(pdu, { unit, transactionId: 0 }));
      }
      await bench.recover();
      await bench.expectServes(station, 'answers of another server');
    },
  },
  {
    area: 'BROADCAST',
    number: 1,
    statements: ['MB-SER-ADR-03', 'MB-SER-ADR-07'],
    purpose: 'A broadcast is never answered, not even one that is refused',
    on: 'serial',
    needs: [ALONE_ON_LINE],
    caughtBy: 'answers-broadcasts',
    run: async (bench) => {
      const station = await bench.open();
      const { pdu } = bench.plain();
      for (const asked of [pdu, Uint8Array.of(0x2c), fields(3, MISSING, 126)]) {
        await station.expectSilence(`a broadcast of function ${asked[0] ?? 0}`, station.frame(asked, BROADCAST));
        // The turnaround delay: nobody says when a broadcast is dealt with.
        await bench.recover();
      }
      await bench.expectServes(station, 'broadcasts');
    },
  },
  {
    area: 'BROADCAST',
    number: 2,
    statements: ['MB-SER-ADR-04', 'MB-SER-ADR-03'],
    purpose: 'A broadcast of FC06 and of FC16 is executed and not answered',
    on: 'serial',
    requires: ['FC03', 'FC06', 'FC16', 'BROADCAST'],
    needs: [...WRITABLE, ALONE_ON_LINE],
    caughtBy: 'ignores-broadcasts',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 1);
      for (const [pdu, value] of [[fields(6, first, 0x1234), 0x1234], [writeRegisters(first, [0x4321]), 0x4321]] as const) {
        await station.expectSilence(`a broadcast of function ${pdu[0] ?? 0}`, station.frame(pdu, BROADCAST));
        await bench.recover();
        await expectHeld(station, 'holdingRegisters', first, [value]);
      }
    },
  },
  {
    area: 'BROADCAST',
    number: 3,
    statements: ['MB-SER-ADR-04', 'MB-SER-ADR-03'],
    purpose: 'A broadcast of FC05 and of FC15 is executed and not answered',
    on: 'serial',
    requires: ['FC01', 'FC05', 'FC15', 'BROADCAST'],
    needs: ['writes', 'coils', 'coilsWritable', ALONE_ON_LINE],
    caughtBy: 'ignores-broadcasts',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'coils', 1);
      for (const [pdu, value] of [[fields(5, first, 0xff00), 1], [writeCoils(first, [0]), 0], [writeCoils(first, [1]), 1]] as const) {
        await station.expectSilence(`a broadcast of function ${pdu[0] ?? 0}`, station.frame(pdu, BROADCAST));
        await bench.recover();
        await expectHeld(station, 'coils', first, [value]);
      }
    },
  },
  {
    area: 'CHECK',
    number: 1,
    statements: ['MB-SER-CRC-02', 'MB-APP-EXC-04'],
    purpose: 'A frame with a wrong CRC is not answered, and a good one after it is',
    on: 'rtu',
    caughtBy: 'ignores-check-values',
    run: (bench) => expectSpoiltUnanswered(bench),
  },
  {
    area: 'CHECK',
    number: 2,
    statements: ['MB-SER-CRC-03', 'MB-APP-EXC-04'],
    purpose: 'A write with a wrong check value changes nothing',
    on: 'serial',
    requires: ['FC03', 'FC06'],
    needs: WRITABLE,
    caughtBy: 'ignores-check-values',
    run: async (bench) => {
      const station = await bench.open();
      const { first } = await bench.scratch(station, 'holdingRegisters', 1);
      await bench.needWritten(station, 'holdingRegisters', first, [7]);
      await station.expectSilence('FC06 with a wrong check value', spoilt(bench.carrier, station.frame(fields(6, first, 0x1234))));
      await bench.recover();
      await expectHeld(station, 'holdingRegisters', first, [7]);
    },
  },
  {
    area: 'CHECK',
    number: 3,
    statements: ['MB-SER-CRC-01'],
    purpose: 'The CRC travels with its low byte first: a frame with its bytes the other way round is not answered, and answers have it so',
    on: 'rtu',
    caughtBy: 'takes-crc-either-way',
    run: async (bench) => {
      const station = await bench.open();
      const frame = station.frame(bench.plain().pdu);
      const [low = 0, high = 0] = frame.subarray(-2);
      if (low === high) failCase('the tester chose a request whose CRC reads the same both ways');
      await station.expectSilence('a frame with its CRC high byte first', Uint8Array.of(...frame.subarray(0, -2), high, low));
      await bench.recover();
      await bench.expectServes(station, 'a frame with its CRC high byte first');
    },
  },
  {
    area: 'CHECK',
    number: 4,
    statements: ['MB-SER-ASC-07', 'MB-APP-EXC-04'],
    purpose: 'A frame with a wrong LRC is not answered, and a good one after it is',
    on: 'ascii',
    caughtBy: 'ignores-check-values',
    run: (bench) => expectSpoiltUnanswered(bench),
  },
  {
    area: 'ORDER',
    number: 1,
    statements: ['MB-SER-CNT-03'],
    purpose: 'On a serial line the function code is judged first (01), and an address that does not exist is refused with 02',
    on: 'serial',
    requires: ['FC03'],
    needs: ['holdingRegisters'],
    caughtBy: 'judges-unknown-codes-by-their-data',
    run: async (bench) => {
      const station = await bench.open();
      const absent = absentAddress(bench.device.exists.holdingRegisters);
      await station.expect({ what: 'an unknown function with bad data', pdu: Uint8Array.of(0x2c, 0xff) }, pduIs(Uint8Array.of(0xac, 1), 'exception 01'));
      if (absent !== undefined) await station.expect({ what: 'a read that does not exist', pdu: fields(3, absent, 1) }, pduIs(Uint8Array.of(0x83, 2), 'exception 02'));
    },
  },
];

/** RTU frames. */
export const RTU_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'RTU',
    number: 1,
    statements: ['MB-SER-RTU-03'],
    purpose: 'Bytes behind a frame without a silence between spoil it: it is not answered',
    on: 'rtu',
    requires: ['SILENCE_FRAMING'],
    caughtBy: 'delimits-frames-by-function',
    run: async (bench) => {
      const station = await bench.open();
      const frame = station.frame(bench.plain().pdu);
      await station.expectSilence('a frame and a byte', Uint8Array.of(...frame, 0x55));
      await bench.recover();
      await bench.expectServes(station, 'a frame and a byte');
    },
  },
  {
    area: 'RTU',
    number: 2,
    statements: ['MB-SER-RTU-06', 'MB-SER-RTU-02'],
    purpose: 'Noise and a partial frame are dropped at the next silence, and the good frame after it is answered',
    on: 'rtu',
    caughtBy: 'stays-deaf-after-noise',
    run: async (bench) => {
      const station = await bench.open();
      const frame = station.frame(bench.plain().pdu);
      for (const noise of [Uint8Array.of(0x55), Uint8Array.of(0xff, 0xff, 0xff), frame.subarray(0, 3), frame.subarray(0, -1)]) {
        await station.expectSilence(`${noise.length} bytes that are no frame`, noise);
        await bench.recover();
        await bench.expectServes(station, `${noise.length} bytes that are no frame`);
      }
    },
  },
  {
    area: 'RTU',
    number: 3,
    statements: ['MB-SER-RTU-03', 'MB-SER-RTU-06'],
    purpose: 'A frame that is torn apart by a silence is two that are none',
    on: 'rtu',
    requires: ['SILENCE_FRAMING'],
    caughtBy: 'joins-torn-frames',
    run: async (bench) => {
      const station = await bench.open();
      const frame = station.frame(bench.plain().pdu);
      await station.sendBytes(frame.subarray(0, 4));
      await bench.wire.pause(GAP_MS);
      await station.expectSilence('the second half of a frame', frame.subarray(4));
      await bench.recover();
      await bench.expectServes(station, 'a torn frame');
    },
  },
  {
    area: 'RTU',
    number: 4,
    statements: ['MB-SER-RTU-08', 'MB-APP-GEN-02'],
    purpose: 'More than 256 bytes are never a frame, be their CRC right or not',
    on: 'rtu',
    requires: ['SILENCE_FRAMING', 'FC08'],
    caughtBy: 'takes-long-frames',
    run: async (bench) => {
      const station = await bench.open();
      const body = Uint8Array.of(bench.device.unitId, ...diagnose(0, ...Array.from({ length: 126 }, () => 0x5a5a)));
      const frame = withCrc(body);
      if (frame.length <= RTU_FRAME_BYTES_MAX) failCase('the tester made too short a frame');
      await station.expectSilence(`a frame of ${frame.length} bytes`, frame);
      await bench.recover();
      await bench.expectServes(station, 'a long frame');
    },
  },
];

/** ASCII frames. */
export const ASCII_PURPOSES: readonly ServerPurpose[] = [
  {
    area: 'ASCII',
    number: 1,
    statements: ['MB-SER-ASC-01', 'MB-SER-ASC-02', 'MB-SER-ASC-05'],
    purpose: 'An answer is a colon, upper-case digits, the LRC with its high digit first, CR and LF',
    on: 'ascii',
    caughtBy: 'writes-lower-case',
    run: async (bench) => {
      const station = await bench.open();
      for (let count = 0; count < 3; count += 1) await bench.expectServes(station, 'another');
      await station.expect({ what: 'an unknown function', pdu: Uint8Array.of(0x2c) }, anyAnswer(0x2c));
    },
  },
  {
    area: 'ASCII',
    number: 2,
    statements: ['MB-SER-ASC-03'],
    purpose: 'A colon inside a frame drops what was received and starts anew',
    on: 'ascii',
    caughtBy: 'ignores-colons',
    run: async (bench) => {
      const station = await bench.open();
      const { pdu } = bench.plain();
      const frame = station.frame(pdu);
      await station.sendBytes(Uint8Array.of(...frame.subarray(0, 7), ...frame));
      station.judge('a colon inside a frame, and the whole frame', await station.next(), anyAnswer(pdu[0] ?? 0));
    },
  },
  {
    area: 'ASCII',
    number: 3,
    statements: ['MB-SER-ASC-04'],
    purpose: 'A gap of more than a second (or what is configured) between characters ends the frame: the rest of it is not answered',
    on: 'ascii',
    caughtBy: 'bears-any-gap',
    run: async (bench) => {
      const station = await bench.open();
      const frame = station.frame(bench.plain().pdu);
      await station.sendBytes(frame.subarray(0, 8));
      await bench.wire.pause(bench.device.asciiGapMs * 1.5);
      await station.expectSilence('the rest of a frame after a long gap', frame.subarray(8));
      await bench.expectServes(station, 'a frame with a long gap');
    },
  },
  {
    area: 'ASCII',
    number: 4,
    statements: ['MB-SER-ASC-06', 'MB-SER-ASC-07'],
    purpose: 'A frame of more than 513 characters, with characters that are no digits or with an odd number of digits is dropped, and a good one after it is answered',
    on: 'ascii',
    caughtBy: 'takes-bad-digits',
    run: async (bench) => {
      const station = await bench.open();
      const { unitId } = bench.device;
      const good = station.frame(bench.plain().pdu);
      const body = Uint8Array.of(unitId, ...diagnose(0, ...Array.from({ length: 126 }, () => 0x5a5a)));
      const bad = [
        { what: 'more than 513 characters', bytes: asciiText(body, lrc(body)) },
        { what: 'a G for a digit', bytes: good.map((byte, index) => (index === 5 ? 0x47 : byte)) },
        { what: 'a digit too few', bytes: Uint8Array.of(...good.subarray(0, 5), ...good.subarray(6)) },
      ];
      for (const { what, bytes } of bad) await station.expectSilence(`a frame with ${what}`, bytes);
      await bench.expectServes(station, 'frames that are none');
    },
  },
];

async function expectSpoiltUnanswered(bench: ModbusBench): Promise<void> {
  const station = await bench.open();
  for (const pdu of [bench.plain().pdu, Uint8Array.of(0x2c)]) {
    await station.expectSilence('a request with a wrong check value', spoilt(bench.carrier, station.frame(pdu)));
    await bench.recover();
    await bench.expectServes(station, 'a request with a wrong check value');
  }
}
