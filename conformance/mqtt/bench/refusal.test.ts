import { describe, expect, test } from 'vitest';
import { decodePacket } from '../../../hil/protocols/mqtt/decode.ts';
import type { Heard } from './heard.ts';
import { connackCode, refusal } from './refusal.ts';

/** What a peer of 5.0 hears. */
function heard(...bytes: readonly number[]): Heard {
  const frame = Uint8Array.from(bytes);
  const decoded = decodePacket(frame, 5, { from: 'server' });
  if (decoded.kind === 'packet') return { kind: 'packet', packet: decoded.packet, bytes: frame, tMs: 0 };
  if (decoded.kind === 'violation') return { kind: 'malformed', violation: decoded, bytes: frame, tMs: 0 };
  throw new TypeError('not a whole packet');
}

describe('a CONNACK that refuses', () => {
  test.each([
    ['of 5.0', [0x20, 3, 0, 0x84, 0], 0x84],
    ['of 3.1.1, which a 5.0 decoder finds malformed', [0x20, 2, 0, 1], 1],
    ['with session present, which is another fault', [0x20, 3, 1, 0x84, 0], 0x84],
    ['whose remaining length takes two bytes', [0x20, 0x83, 0x01, 0, 0x87, 0x80, 0x01, 0x1f, 0, 125, ...Array.from({ length: 125 }, () => 0x61)], 0x87],
  ])('%s is recognised by its code', (_what, bytes, code) => {
    expect(connackCode(heard(...bytes))).toBe(code);
    expect(refusal().accepts(heard(...bytes))).toBe(true);
    expect(refusal([code]).accepts(heard(...bytes))).toBe(true);
    expect(refusal([0x99]).accepts(heard(...bytes))).toBe(false);
  });

  test('is not one that accepts, in neither layout', () => {
    expect(refusal().accepts(heard(0x20, 3, 0, 0, 0))).toBe(false);
    expect(refusal().accepts(heard(0x20, 2, 0, 0))).toBe(false);
  });

  test('is neither another packet nor silence nor the end of the connection', () => {
    expect(refusal().accepts(heard(0xd0, 0))).toBe(false);
    expect(refusal().accepts({ kind: 'silence', waitedMs: 1, tMs: 0 })).toBe(false);
    expect(refusal().accepts({ kind: 'closed', how: 'fin', tMs: 0 })).toBe(false);
  });
});
