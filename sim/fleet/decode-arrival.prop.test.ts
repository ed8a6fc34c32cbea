import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { decodeArrival } from './decode-arrival.ts';
import { decodeDevicePayload, encodeDevicePayload } from './device-payload.ts';

const clients = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/u);
const numbers = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const instants = fc.double({ min: 0, max: 1e12, noNaN: true });
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const sizes = fc.integer({ min: 1, max: 500 });

test('a device message decodes to what was encoded, at the size that was asked for', () => {
  fc.assert(
    fc.property(clients, numbers, instants, sizes, (client, n, t, size) => {
      const bytes = encodeDevicePayload(client, n, t, size);
      const decoded = decodeDevicePayload(bytes);
      expect(decoded).toMatchObject({ kind: 'payload', payload: { c: client, n } });
      // -0 is written as 0.
      expect(decoded.kind === 'payload' && decoded.payload.t === t).toBe(true);
      const fields = encodeDevicePayload(client, n, t, 1).byteLength;
      if (size >= fields + 8) expect(bytes.byteLength).toBe(size);
      else expect(bytes.byteLength).toBe(fields);
    }),
    replay(),
  );
});

test('any bytes on any topic decode to one of the cases', () => {
  const topics = fc.oneof(fc.string(), fc.constantFrom('telemetry/a/b', 'devices/a/data', 'telemetry/a', ''));
  const payloads = fc.oneof(fc.uint8Array(), fc.json().map((text) => Buffer.from(text)));
  fc.assert(
    fc.property(topics, payloads, (topic, bytes) => {
      expect(['telemetry', 'device', 'unexpected']).toContain(decodeArrival(topic, bytes).kind);
    }),
    replay(),
  );
});

test('a flipped bit anywhere in the padding is noticed', () => {
  fc.assert(
    fc.property(clients, numbers, fc.nat(), fc.integer({ min: 0, max: 7 }), (client, n, pick, bit) => {
      const bytes = encodeDevicePayload(client, n, 1, 300);
      const from = bytes.indexOf('x'.charCodeAt(0), bytes.byteLength - 150);
      const at = from + (pick % (bytes.byteLength - 2 - from));
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      expect(decodeArrival(`devices/${client}/data`, bytes).kind).toBe('unexpected');
    }),
    replay(),
  );
});

describe('decodeArrival', () => {
  test('takes a report of a gateway', () => {
    const payload = { v: 1.5, n: 3, t: 1_700_000_000_000, b: '00ff12ab' };
    expect(decodeArrival('telemetry/pump-1/pressure', json(payload))).toEqual({ kind: 'telemetry', device: 'pump-1', point: 'pressure', payload });
  });

  test.each<[string, string, unknown]>([
    ['two levels', 'telemetry/pump-1', { v: 1, n: 1, t: 1, b: '00ff12ab' }],
    ['four levels', 'telemetry/pump-1/a/b', { v: 1, n: 1, t: 1, b: '00ff12ab' }],
    ['no value', 'telemetry/pump-1/a', { n: 1, t: 1, b: '00ff12ab' }],
    ['an object as value', 'telemetry/pump-1/a', { v: {}, n: 1, t: 1, b: '00ff12ab' }],
    ['number 0', 'telemetry/pump-1/a', { v: 1, n: 0, t: 1, b: '00ff12ab' }],
    ['half a number', 'telemetry/pump-1/a', { v: 1, n: 1.5, t: 1, b: '00ff12ab' }],
    ['no instant', 'telemetry/pump-1/a', { v: 1, n: 1, b: '00ff12ab' }],
    ['a short boot id', 'telemetry/pump-1/a', { v: 1, n: 1, t: 1, b: '00ff' }],
    ['another client than its topic says', 'devices/sensors-1/data', { c: 'sensors-2', n: 1, t: 1 }],
    ['no client', 'devices/sensors-1/data', { n: 1, t: 1 }],
    ['an array', 'devices/sensors-1/data', [1]],
    ['null', 'devices/sensors-1/data', null],
  ])('refuses %s', (_, topic, payload) => {
    expect(decodeArrival(topic, json(payload)).kind).toBe('unexpected');
  });
});
