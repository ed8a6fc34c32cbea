import { expect, test } from 'vitest';
import { CONNECT_BYTES_MAX, createPacketGuard } from './packet-guard.ts';

const CONNECT = Uint8Array.of(0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 1, 0x61);

test('packets are followed whatever the chunks', () => {
  const bytes = Buffer.concat([CONNECT, Uint8Array.of(0x30, 0x85, 0x01), Buffer.alloc(133, 0xff), Uint8Array.of(0xc0, 0), Uint8Array.of(0xe0, 0)]);
  for (let chunkBytes = 1; chunkBytes <= bytes.length; chunkBytes += 1) {
    const guard = createPacketGuard(1_000);
    for (let at = 0; at < bytes.length; at += chunkBytes) expect(guard(bytes.subarray(at, at + chunkBytes))).toBeUndefined();
  }
});

test('the bound counts the fixed header', () => {
  const publishOf102Bytes = Uint8Array.of(0x30, 100);
  for (const [bound, expected] of [[102, undefined], [101, 'packet-too-large']] as const) {
    const guard = createPacketGuard(bound);
    expect(guard(CONNECT)).toBeUndefined();
    expect(guard(publishOf102Bytes)).toBe(expected);
  }
});

test.each([
  [Uint8Array.of(0x30, 0), 'no-connect'],
  [Uint8Array.of(0x00), 'no-connect'],
  [Uint8Array.of(0x10, 0x80, 0x80, 0x80, 0x80), 'malformed'],
  [Buffer.concat([CONNECT, Uint8Array.of(0x20)]), 'malformed'],
  [Buffer.concat([CONNECT, Uint8Array.of(0xf0)]), 'malformed'],
])('%s is refused as %s', (bytes, reason) => {
  expect(createPacketGuard(1_000)(bytes)).toBe(reason);
});

test('a CONNECT has a bound of its own, for nobody is authenticated yet', () => {
  const guard = createPacketGuard(268_435_455);
  const length = CONNECT_BYTES_MAX + 1;
  expect(guard(Uint8Array.of(0x10, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14))).toBe('packet-too-large');
});
