import { expect, test } from 'vitest';
import { decodeAscii, encodeAscii } from './ascii.ts';
import { createAsciiFramer } from './ascii-framer.ts';
import { unitId } from './unit-id.ts';

const text = (characters: string): Uint8Array => Uint8Array.from(Buffer.from(characters, 'latin1'));
const PDU = Uint8Array.of(3, 0x13, 0x89, 0, 10);

test('a frame is colon, upper-case digits, LRC, CR, LF', () => {
  expect(Buffer.from(encodeAscii(unitId(247), PDU)).toString()).toBe(':F7031389000A60\r\n');
  expect(decodeAscii(text(':F7031389000A60\r\n'))).toEqual({ kind: 'frame', unitId: 247, pdu: PDU, byteCount: 17 });
  expect(encodeAscii(unitId(1), new Uint8Array(253))).toHaveLength(513);
});

test.each([
  ['F7031389000A60\r\n', 'no colon'],
  [':F7031389000A61\r\n', 'wrong LRC'],
  [':f7031389000a60\r\n', 'lower case (section 2.5.2)'],
  [':F7031389000G60\r\n', 'no digit'],
  [':F7031389000A6\r\n', 'an odd number of digits'],
  [`:${'00'.repeat(300)}\r\n`, 'too long'],
])('%j is corrupt: %s', (characters) => {
  expect(decodeAscii(text(characters)).kind).toBe('corrupt');
});

test.each([':', ':F703', ':F7031389000A60', ':F7031389000A60\r'])('%j is incomplete', (characters) => {
  expect(decodeAscii(text(characters)).kind).toBe('incomplete');
});

test('a colon starts anew, noise between frames is ignored, a long gap drops', () => {
  const framer = createAsciiFramer();
  expect(framer.push(text('xx\n:F703:F7031389000A60\r\n'), 0)).toMatchObject([{ kind: 'corrupt', characters: 5 }, { kind: 'frame' }]);
  expect(framer.push(text(':F703138'), 10)).toEqual([]);
  expect(framer.push(text('9000A60\r\n'), 1_010)).toMatchObject([{ kind: 'frame' }]);
  expect(framer.push(text(':F703138'), 2_000)).toEqual([]);
  expect(framer.push(text('9000A60\r\n:F7031389000A60\r\n'), 3_001)).toMatchObject([{ kind: 'corrupt' }, { kind: 'frame' }]);
  expect(framer.push(text(':\r\n'), 3_002)).toMatchObject([{ kind: 'corrupt', characters: 3 }]);
});

test('the end character can be changed (FC 08 sub-function 3)', () => {
  const framer = createAsciiFramer();
  framer.setEndCharacter(0x21);
  expect(framer.push(encodeAscii(unitId(1), PDU, 0x21), 0)).toMatchObject([{ kind: 'frame', unitId: 1 }]);
});

test('frames of units that end differently are told apart in one stream', () => {
  const framer = createAsciiFramer();
  framer.addEndCharacter(0x21);
  const stream = Buffer.concat([encodeAscii(unitId(1), PDU, 0x21), encodeAscii(unitId(2), PDU), encodeAscii(unitId(3), PDU, 0x3f), encodeAscii(unitId(4), PDU, 0x21)]);
  expect(framer.push(stream, 0)).toMatchObject([
    { kind: 'frame', unitId: 1, endCharacter: 0x21 },
    { kind: 'frame', unitId: 2, endCharacter: 0x0a },
    { kind: 'corrupt', because: 'a colon inside the frame' },
    { kind: 'frame', unitId: 4, endCharacter: 0x21 },
  ]);
  framer.setEndCharacter(0x3f);
  expect(framer.push(stream, 1).filter(({ kind }) => kind === 'frame')).toMatchObject([{ unitId: 3, endCharacter: 0x3f }]);
});
