import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { LINK_TYPE } from './link-type.ts';
import { enhancedPacketBlock, interfaceDescriptionBlock, PACKET_BYTES_MAX, sectionHeaderBlock } from './pcapng-blocks.ts';
import { readBlocks, readOptions } from './pcapng-reader.contract.ts';
import { OPTION_BYTES_MAX } from './pcapng-option.ts';

describe('byte for byte', () => {
  test('a section header', () => {
    const expected = [
      '0a0d0d0a 28000000 4d3c2b1a 01000000 ffffffffffffffff', // Block type, length, byte order, version 1.0, length unknown.
      '0400 0100 78000000', // The application, padded.
      '0000 0000 28000000',
    ];
    expect(hex(sectionHeaderBlock({ application: 'x' }))).toBe(expected.join('').replaceAll(' ', ''));
  });

  test('an interface', () => {
    const expected = [
      '01000000 28000000 9300 0000 00000400', // Link type 147, 262,144 bytes kept.
      '0200 0200 74740000', // Its name.
      '0900 0100 06000000', // Instants in microseconds.
      '0000 0000 28000000',
    ];
    expect(hex(interfaceDescriptionBlock({ linkType: LINK_TYPE.modbusRtu, name: 'tt' }))).toBe(expected.join('').replaceAll(' ', ''));
  });

  test('a packet: instant in two halves, both lengths, padding, comment, direction', () => {
    const data = { wallMs: 4_294_967.296 + 0.005, bytes: Uint8Array.of(1, 2, 3, 4, 5) };
    const packet = { ...data, interfaceId: 1, direction: 'outbound', comment: 'hi' } as const;
    const expected = [
      '06000000 3c000000 01000000 01000000 05000000 05000000 05000000 0102030405 000000',
      '0100 0200 68690000',
      '0200 0400 02000000',
      '0000 0000 3c000000',
    ];
    expect(hex(enhancedPacketBlock(packet))).toBe(expected.join('').replaceAll(' ', ''));
  });

  test('a packet without options has no end of options', () => {
    expect(enhancedPacketBlock({ interfaceId: 0, wallMs: 0, bytes: new Uint8Array(0) }).byteLength).toBe(32);
  });
});

test('any packet comes back from its block', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const wallMs = fc.double({ min: 0, max: 4e12, noNaN: true });
  const comment = fc.option(fc.string({ unit: 'grapheme', maxLength: 300 }), { nil: undefined });
  fc.assert(
    fc.property(fc.nat(0xffff), wallMs, bytes, comment, (interfaceId, instant, payload, text) => {
      const packet = { interfaceId, wallMs: instant, bytes: payload, ...(text === undefined ? {} : { comment: text }) };
      const [read] = readBlocks(enhancedPacketBlock(packet));
      const body = read?.body ?? Buffer.alloc(0);
      expect([body.readUInt32LE(0), body.readUInt32LE(12), body.readUInt32LE(16)]).toEqual([interfaceId, payload.length, payload.length]);
      expect(body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8)).toBe(Math.round(instant * 1_000));
      expect(Buffer.from(payload).equals(body.subarray(20, 20 + payload.length))).toBe(true);
      const options = readOptions(body, 20 + Math.ceil(payload.length / 4) * 4);
      expect(options.map(([code, value]) => [code, value.toString('utf8')])).toEqual(text === undefined ? [] : [[1, text]]);
    }),
    replay(),
  );
});

describe('bounds', () => {
  test('a packet that is too long keeps its beginning and tells its length', () => {
    const bytes = new Uint8Array(PACKET_BYTES_MAX + 10).fill(7);
    const body = readBlocks(enhancedPacketBlock({ interfaceId: 0, wallMs: 0, bytes }))[0]?.body ?? Buffer.alloc(0);
    const lengths = [body.readUInt32LE(12), body.readUInt32LE(16), body.length - 20];
    expect(lengths).toEqual([PACKET_BYTES_MAX, PACKET_BYTES_MAX + 10, PACKET_BYTES_MAX]);
  });

  test('a comment that is too long ends between two characters', () => {
    const [read] = readBlocks(enhancedPacketBlock({ interfaceId: 0, wallMs: 0, bytes: new Uint8Array(0), comment: `.${'€'.repeat(30_000)}` }));
    const [[, value] = []] = readOptions(read?.body ?? Buffer.alloc(0), 20);
    // Three bytes for each sign and one for the point: 65,535 would end inside of a sign.
    expect(value?.length).toBe(1 + 3 * Math.floor((OPTION_BYTES_MAX - 1) / 3));
    expect(value?.toString('utf8')).toBe(`.${'€'.repeat(21_844)}`);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e13])('%d ms is no instant', (wallMs) => {
    const packet = { interfaceId: 0, wallMs, bytes: new Uint8Array(0) };
    expect(() => enhancedPacketBlock(packet)).toThrow(expect.objectContaining({ code: 'FP_INTERNAL' }));
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
