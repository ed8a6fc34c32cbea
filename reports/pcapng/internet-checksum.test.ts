import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { internetChecksum } from './internet-checksum.ts';

test('the example of RFC 1071, section 3', () => {
  expect(internetChecksum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(0xffff - 0xddf2);
});

test('a captured IPv4 header: its checksum is found, and with it in place the rest is zero', () => {
  const header = Buffer.from('450000730000400040110000c0a80001c0a800c7', 'hex');
  expect(internetChecksum(header)).toBe(0xb861);
  header.writeUInt16BE(0xb861, 10);
  expect(internetChecksum(header)).toBe(0);
});

test('an odd byte at the end counts as if a zero followed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
      expect(internetChecksum(bytes)).toBe(internetChecksum(bytes, Uint8Array.of(0)));
      const padded = bytes.length % 2 === 0 ? bytes : Uint8Array.of(...bytes, 0);
      expect(internetChecksum(bytes)).toBe(internetChecksum(padded));
    }),
    replay(),
  );
});

test('no single changed byte goes unseen', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, place, change) => {
      const changed = Uint8Array.from(bytes);
      const index = place % bytes.length;
      changed[index] = (bytes[index] ?? 0) ^ change;
      expect(internetChecksum(changed)).not.toBe(internetChecksum(bytes));
    }),
    replay(),
  );
});
