import { expect, test } from 'vitest';
import { fleetOptionsSchema } from './fleet-options.ts';

const publisher = { group: 'sensors', count: 3, url: 'mqtt://127.0.0.1:1883', at: 'edge' };

test('defaults are filled in', () => {
  const options = fleetOptionsSchema.parse({ observers: [{ id: 'cloud', url: 'mqtt://127.0.0.1:1883' }], publishers: [publisher] });
  expect(options.observers[0]).toMatchObject({ filters: ['telemetry/#', 'devices/#'], qos: 2, protocolVersion: 4 });
  expect(options.publishers[0]).toMatchObject({ qos: [0, 1, 2], topic: 'devices/{client}/data', ratePerSecond: 1, payloadBytes: 64, connectsPerSecond: 100 });
});

test.each([
  ['too many clients in one group', { publishers: [{ ...publisher, count: 2_001 }] }],
  ['too many clients in all', { publishers: [{ ...publisher, count: 1_001 }, { ...publisher, group: 'others', count: 1_000 }] }],
  ['two groups of one name', { publishers: [publisher, publisher] }],
  ['a topic without the client', { publishers: [{ ...publisher, topic: 'devices/data' }] }],
  ['a client that is part of a level', { publishers: [{ ...publisher, topic: 'devices/x-{client}/data' }] }],
  ['a topic with a wildcard', { publishers: [{ ...publisher, topic: 'devices/{client}/#' }] }],
  ['a rate of nothing', { publishers: [{ ...publisher, ratePerSecond: 0 }] }],
  ['a group that would break the payload', { publishers: [{ ...publisher, group: 'a"b' }] }],
  ['an address that is none', { publishers: [{ ...publisher, url: 'http://127.0.0.1' }] }],
  ['an unknown key', { publisher: [publisher] }],
])('refuses %s', (_, options) => {
  expect(fleetOptionsSchema.safeParse(options).success).toBe(false);
});
