import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { internetChecksum } from './internet-checksum.ts';
import { createTcpFrames, SEGMENT_BYTES_MAX, type TcpSide } from './tcp-frames.ts';

const CLIENT = { host: '127.0.0.1', port: 40_000 };
const SERVER = { host: '192.168.7.254', port: 502 };
const sides = fc.constantFrom<TcpSide>('client', 'server');
const byteCounts = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 70_000 }));
const steps = fc.array(fc.record({ from: sides, byteCount: byteCounts }), { maxLength: 12 });
const sequences = fc.record({ client: fc.integer({ min: 0, max: 2 ** 32 - 1 }), server: fc.integer({ min: 0, max: 2 ** 32 - 1 }) });

interface ReadFrame {
  readonly from: TcpSide;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly payload: Buffer;
}

test('whatever is sent comes back from the frames, numbered without a gap and checked', () => {
  fc.assert(
    fc.property(steps, sequences, (script, firstSequence) => {
      const frames = createTcpFrames({ client: CLIENT, server: SERVER, firstSequence });
      const sent: Record<TcpSide, Buffer[]> = { client: [], server: [] };
      const made = [...frames.open()];
      for (const [index, { from, byteCount }] of script.entries()) {
        const payload = Buffer.alloc(byteCount, index + 1);
        sent[from].push(payload);
        made.push(...frames.data(from, payload));
      }
      made.push(...frames.close('server'), ...frames.close('client'));
      const read = made.map(readFrame);
      const next: Record<TcpSide, number> = { ...firstSequence };
      const unacknowledged: Record<TcpSide, number> = { client: 0, server: 0 };
      for (const { from, sequence, acknowledgment, flags, payload } of read) {
        const other = from === 'client' ? 'server' : 'client';
        expect(sequence).toBe(next[from]);
        if ((flags & 0x10) !== 0) {
          expect(acknowledgment).toBe(next[other]);
          unacknowledged[other] = 0;
        }
        const taken = payload.length + ((flags & 0x03) === 0 ? 0 : 1);
        next[from] = (next[from] + taken) % 2 ** 32;
        unacknowledged[from] += taken;
        expect(unacknowledged[from]).toBeLessThan(65_535);
        expect(payload.length).toBeLessThanOrEqual(SEGMENT_BYTES_MAX);
      }
      for (const side of ['client', 'server'] as const) {
        const carried = Buffer.concat(read.filter(({ from }) => from === side).map(({ payload }) => payload));
        expect(carried.equals(Buffer.concat(sent[side]))).toBe(true);
      }
    }),
    replay(),
  );
});

describe('flags', () => {
  test('handshake, data, both ends', () => {
    const frames = createTcpFrames({ client: CLIENT, server: SERVER });
    expect(flagsOf(frames.open())).toEqual(['client 2', 'server 12', 'client 10']);
    expect(flagsOf(frames.data('server', Uint8Array.of(1)))).toEqual(['server 18']);
    expect(frames.data('server', new Uint8Array(0))).toEqual([]);
    expect(flagsOf(frames.close('client'))).toEqual(['client 11']);
    expect(flagsOf(frames.close('server'))).toEqual(['server 11', 'client 10']);
  });

  test('a cut', () => {
    const frames = createTcpFrames({ client: CLIENT, server: SERVER });
    frames.open();
    expect(flagsOf(frames.reset('client'))).toEqual(['client 14']);
  });
});

test.each([
  { host: '::1', port: 502 },
  { host: 'localhost', port: 502 },
  { host: '127.0.0.1', port: 65_536 },
])('$host:$port is refused', (server) => {
  expect(() => createTcpFrames({ client: CLIENT, server })).toThrow(expect.objectContaining({ code: 'FP_INTERNAL' }));
});

function flagsOf(frames: readonly Uint8Array[]): string[] {
  return frames.map(readFrame).map(({ from, flags }) => `${from} ${flags.toString(16)}`);
}

/** Takes a frame apart by the tables of RFC 791 and RFC 9293; checksums that hold their own sum give 0. */
function readFrame(bytes: Uint8Array): ReadFrame {
  const frame = Buffer.from(bytes);
  expect(frame.subarray(12, 16).toString('hex')).toBe('08004500');
  expect(frame.readUInt16BE(16)).toBe(frame.length - 14);
  expect(internetChecksum(frame.subarray(14, 34))).toBe(0);
  const [tcp, addresses] = [frame.subarray(34), frame.subarray(26, 34)];
  expect(internetChecksum(addresses, Uint8Array.of(0, 6, tcp.length >> 8, tcp.length & 0xff), tcp)).toBe(0);
  const [source, destination] = [addresses.subarray(0, 4).join('.'), addresses.subarray(4).join('.')];
  const ends = [`${source}:${tcp.readUInt16BE(0)}`, `${destination}:${tcp.readUInt16BE(2)}`];
  expect(new Set(ends)).toEqual(new Set(['127.0.0.1:40000', '192.168.7.254:502']));
  expect(tcp[12]).toBe(0x50);
  return {
    from: source === CLIENT.host ? 'client' : 'server',
    sequence: tcp.readUInt32BE(4),
    acknowledgment: tcp.readUInt32BE(8),
    flags: tcp[13] ?? 0,
    payload: tcp.subarray(20),
  };
}
