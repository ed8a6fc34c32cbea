import { expect, test } from 'vitest';
import { parseFaultFlag, parseModbusFaultFlag } from './fault-flag.ts';

test('a link fault', () => {
  expect(parseFaultFlag('latency:ms=200ms,jitter=50ms')).toEqual({ kind: 'latency', params: { ms: 200, jitter: 50, distribution: 'uniform' } });
});

test.each(['crcError:probability=0.1,units=3', 'modbus.crcError:probability=0.1,units=3'])('%s', (text) => {
  expect(parseModbusFaultFlag(text)).toEqual({ kind: 'modbus.crcError', params: { direction: 'response', probability: 0.1, units: 3 } });
});

test('numbers may be written with an exponent or a sign', () => {
  expect(parseModbusFaultFlag('noise:bitErrorRate=1e-4').params['bitErrorRate']).toBe(1e-4);
  expect(parseModbusFaultFlag('drift:perSecond=-0.5,registers=0-9').params).toMatchObject({ perSecond: -0.5, registers: '0-9' });
});

test('serialDisconnect has no prefix', () => {
  expect(parseModbusFaultFlag('serialDisconnect')).toEqual({ kind: 'serialDisconnect', params: {} });
});

test.each([
  ['crcErorr', /did you mean/u],
  ['crcError:chance=1', /parameters of crcError: direction, probability/u],
  ['noise', /bitErrorRate/u],
  ['noise:bitErrorRate', /is not key=value/u],
])('%s is refused', (text, message) => {
  expect(() => parseModbusFaultFlag(text)).toThrow(message);
});
