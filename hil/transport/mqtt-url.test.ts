import { expect, test } from 'vitest';
import { parseMqttUrl } from './mqtt-url.ts';

test.each([
  ['mqtt://127.0.0.1:1884', '127.0.0.1', 1_884],
  ['mqtt://broker.example/', 'broker.example', 1_883],
  ['mqtt://[::1]:2000', '::1', 2_000],
])('%s leads to %s port %d', (text, host, port) => {
  expect(parseMqttUrl(text)).toEqual({ host, port });
});

test.each(['', 'broker:1883', 'mqtts://broker', 'mqtt://', 'mqtt://broker/topic', 'mqtt://broker:70000'])('%j is refused', (text) => {
  expect(() => parseMqttUrl(text)).toThrow(expect.objectContaining({ code: 'FP_LINK_OPEN' }));
});
