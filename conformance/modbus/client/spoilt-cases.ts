import { crc16Modbus } from '../../../hil/protocols/modbus/crc16.ts';
import { lrc } from '../../../hil/protocols/modbus/lrc.ts';
import { asciiText, encodeFrame, withCrc } from '../bench/modbus-frame.ts';
import { onAnyPoint } from './answer-cases.ts';
import type { ClientPurpose } from './client-purpose.ts';
import type { Attack } from './unmoved.ts';

/** Bytes that no unit of a test answers with. */
const NOISE = Uint8Array.of(0xff, 0x00, 0xa5);
/** Beyond the gap that ends an ASCII frame, milliseconds. */
const GAP_MARGIN_MS = 500;

/** Answers whose frame is spoilt, on serial lines. */
export const SPOILT_PURPOSES: readonly ClientPurpose[] = [
  onAnyPoint({
    area: 'RTU',
    number: 11,
    statements: ['MB-SER-CRC-04', 'MB-SER-MST-04'],
    on: 'rtu',
    purpose: 'An answer with a wrong CRC is not taken',
    caughtBy: 'ignores-crc',
    bad: {
      says: 'an answer with a wrong CRC',
      send: async (bench, { asked, poisoned, index }) => {
        const body = Uint8Array.of(asked.unit, ...poisoned);
        const crc = crc16Modbus(body) ^ (1 << (index * 5));
        await bench.sendBytes(Uint8Array.of(...body, crc & 0xff, (crc >>> 8) & 0xff));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'RTU',
    number: 12,
    statements: ['MB-SER-RTU-03'],
    on: 'rtu',
    requires: ['SILENCE_FRAMING'],
    purpose: 'Bytes that trail an answer without silence spoil it',
    caughtBy: 'frames-by-length',
    bad: {
      says: 'an answer with trailing bytes',
      send: async (bench, attack) => {
        await bench.sendBytes(Uint8Array.of(...rtu(attack), ...NOISE));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'RTU',
    number: 13,
    statements: ['MB-SER-RTU-07'],
    on: 'rtu',
    requires: ['SILENCE_FRAMING'],
    purpose: 'A receiver in the middle of other traffic takes a frame only after 3.5 characters of silence',
    caughtBy: 'frames-by-length',
    bad: {
      says: 'an answer right behind other bytes',
      send: async (bench, attack) => {
        await bench.sendBytes(Uint8Array.of(...NOISE, ...rtu(attack)));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'RTU',
    number: 14,
    statements: ['MB-SER-RTU-08', 'MB-APP-GEN-02'],
    on: 'rtu',
    purpose: 'More than 256 bytes without silence are no frame, be their CRC right',
    caughtBy: 'takes-over-long-answers',
    bad: {
      says: 'an over-long answer',
      send: async (bench, { asked, poisoned }) => {
        const body = new Uint8Array(298);
        body.set([asked.unit, ...poisoned]);
        await bench.sendBytes(withCrc(body));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'ASCII',
    number: 11,
    statements: ['MB-SER-ASC-05', 'MB-SER-MST-04'],
    on: 'ascii',
    purpose: 'An answer with a wrong LRC is not taken',
    caughtBy: 'ignores-lrc',
    bad: {
      says: 'an answer with a wrong LRC',
      send: async (bench, { asked, poisoned, index }) => {
        const body = Uint8Array.of(asked.unit, ...poisoned);
        await bench.sendBytes(asciiText(body, lrc(body) ^ (1 << index)));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'ASCII',
    number: 12,
    statements: ['MB-SER-ASC-02'],
    on: 'ascii',
    purpose: 'What does not start with a colon is no frame',
    caughtBy: 'needs-no-colon',
    bad: {
      says: 'an answer without its colon',
      send: async (bench, { asked, poisoned }) => {
        await bench.sendBytes(encodeFrame('ascii', asked, poisoned).subarray(1));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'ASCII',
    number: 13,
    statements: ['MB-SER-ASC-06'],
    on: 'ascii',
    purpose: 'More than 513 characters are no frame, be their LRC right',
    caughtBy: 'takes-over-long-answers',
    bad: {
      says: 'an over-long answer',
      send: async (bench, { asked, poisoned }) => {
        const body = new Uint8Array(298);
        body.set([asked.unit, ...poisoned]);
        await bench.sendBytes(asciiText(body, lrc(body)));
        return true;
      },
    },
  }),
  onAnyPoint({
    area: 'ASCII',
    number: 14,
    statements: ['MB-SER-ASC-04'],
    on: 'ascii',
    purpose: 'A gap of more than a second (or the configured time) between characters spoils an answer',
    caughtBy: 'bears-gaps',
    bad: {
      says: 'an answer with a gap in it',
      times: 2,
      send: async (bench, { asked, poisoned }) => {
        const frame = encodeFrame('ascii', asked, poisoned);
        await bench.sendBytes(frame.subarray(0, 5));
        await bench.wire.pause(bench.declared.asciiGapMs + GAP_MARGIN_MS);
        await bench.sendBytes(frame.subarray(5));
        return true;
      },
    },
  }),
];

function rtu({ asked, poisoned }: Attack): Uint8Array {
  return encodeFrame('rtu', asked, poisoned);
}
