import { expect, test } from 'vitest';
import { declaredLimits, safestQos } from './declared-limits.ts';

test('what CONNACK leaves out has the value that the standard gives it', () => {
  expect(declaredLimits({ properties: {} })).toEqual({ receiveMaximum: 65_535, maximumQos: 2, topicAliasMaximum: 0, maximumPacketSizeBytes: 268_435_455 });
  expect(declaredLimits({ properties: { receiveMaximum: 20, maximumQos: 0 } })).toMatchObject({ receiveMaximum: 20, maximumQos: 0 });
});

test('QoS 1 is the safest where it is served', () => {
  expect(safestQos({ properties: {} })).toBe(1);
  expect(safestQos({ properties: { maximumQos: 0 } })).toBe(0);
});
