import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { drawContention, drawFlips, receiveBytes, receiveCharacter } from './uart.ts';

const bytes = fc.integer({ min: 0, max: 255 });
const settings = fc.record({ parity: fc.constantFrom('none' as const, 'even' as const, 'odd' as const), onError: fc.constantFrom('drop' as const, 'zero' as const) });

test('a character without an inverted bit arrives as it was sent', () => {
  fc.assert(
    fc.property(bytes, settings, (byte, uart) => {
      expect(receiveCharacter(byte, 0, uart)).toEqual({ byte, damage: 'none' });
    }),
    replay(),
  );
});

test('with parity a single inverted bit is never an altered byte', () => {
  fc.assert(
    fc.property(bytes, fc.constantFrom('even' as const, 'odd' as const), fc.integer({ min: 0, max: 10 }), (byte, parity, bit) => {
      expect(receiveCharacter(byte, 1 << bit, { parity, onError: 'drop' }).byte).toBeUndefined();
      expect(receiveCharacter(byte, 1 << bit, { parity, onError: 'zero' }).byte).toBe(bit === 0 ? undefined : 0);
    }),
    replay(),
  );
});

test('without parity an inverted data bit passes unseen', () => {
  fc.assert(
    fc.property(bytes, fc.integer({ min: 0, max: 7 }), (byte, bit) => {
      expect(receiveCharacter(byte, 1 << (bit + 1), { parity: 'none', onError: 'drop' })).toEqual({ byte: byte ^ (1 << bit), damage: 'altered' });
    }),
    replay(),
  );
});

test('two inverted data bits pass parity unseen', () => {
  expect(receiveCharacter(0x0f, 0b110, { parity: 'even', onError: 'drop' })).toEqual({ byte: 0x0c, damage: 'altered' });
});

test('contention never leaves a character as it was', () => {
  fc.assert(
    fc.property(bytes, settings, fc.nat(), (byte, uart, seed) => {
      const { damage } = receiveCharacter(byte, drawContention(randomFromSeed(seed)), uart);
      expect(damage).not.toBe('none');
    }),
    replay(),
  );
});

test('the bit error rate holds over many characters', () => {
  const random = randomFromSeed(7);
  const { bitErrors, damaged } = receiveBytes(new Uint8Array(20_000), { parity: 'even', onError: 'drop' }, () => drawFlips(0.01, random));
  expect(bitErrors / (20_000 * 11)).toBeGreaterThan(0.009);
  expect(bitErrors / (20_000 * 11)).toBeLessThan(0.011);
  expect(damaged).toBeLessThanOrEqual(bitErrors);
});

test('without noise nothing is drawn into the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), settings, (sent, uart) => {
      const random = randomFromSeed(1);
      const received = receiveBytes(sent, uart, () => drawFlips(0, random));
      expect(received).toEqual({ bytes: sent, bitErrors: 0, damaged: 0 });
    }),
    replay(),
  );
});
