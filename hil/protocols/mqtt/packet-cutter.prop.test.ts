import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { encodePacket } from './encode.ts';
import { sentPackets } from './mqtt-arbitraries.contract.ts';
import { createPacketCutter, type PacketCutter } from './packet-cutter.ts';
import { rawBytes, rawPacket } from './raw-packet.ts';

/** Well-formed packets, and packets of which only the length can be read. */
const wires = fc.oneof(
  sentPackets.map(({ packet, version }) => encodePacket(packet, version)),
  fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 400 })).map(([firstByte, body]) => rawPacket({ firstByte, body })),
);
const places = fc.array(fc.nat(), { maxLength: 30 });

test('whole packets come out as they went in, wherever the bytes are cut, and the rest is what is unfinished', () => {
  fc.assert(
    fc.property(fc.array(wires, { maxLength: 8 }), wires, fc.nat(), places, (packets, last, cutAt, cuts) => {
      const unfinished = last.subarray(0, cutAt % last.length);
      const cutter = createPacketCutter();
      expect(pushAll(cutter, chunksOf(rawBytes(...packets, unfinished), cuts))).toEqual(packets.map((packet) => new Uint8Array(packet)));
      expect(cutter.takeRest()).toEqual(new Uint8Array(unfinished));
      expect(cutter.takeRest()).toHaveLength(0);
    }),
    replay(),
  );
});

test('after the rest was taken the next packet is cut as the first one was', () => {
  fc.assert(
    fc.property(wires, fc.nat(), wires, (first, cutAt, second) => {
      const cutter = createPacketCutter();
      cutter.push(first.subarray(0, cutAt % first.length));
      cutter.takeRest();
      expect(pushAll(cutter, [second])).toEqual([new Uint8Array(second)]);
    }),
    replay(),
  );
});

test('any bytes come out again, in order and none lost, wherever they are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), places, fc.integer({ min: 2, max: 60 }), (bytes, cuts, packetBytesMax) => {
      const cutter = createPacketCutter(packetBytesMax);
      const out = rawBytes(...pushAll(cutter, chunksOf(bytes, cuts)), cutter.takeRest());
      expect(out).toEqual(bytes);
    }),
    replay(),
  );
});

test('a large packet of one-byte chunks is cut in a time that grows with its length', () => {
  const packet = rawPacket({ firstByte: 0x30, body: new Uint8Array(300_000).fill(7) });
  const cutter = createPacketCutter();
  expect(pushAll(cutter, Array.from(packet.subarray(0, -1), (byte) => Uint8Array.of(byte)))).toEqual([]);
  expect(cutter.push(packet.subarray(-1))).toEqual([packet]);
});

test('a fifth byte of remaining length, or a length above the bound, gives everything from there as it comes', () => {
  const cutter = createPacketCutter();
  expect(cutter.push(Uint8Array.of(0xc0, 0, 0x30, 0x80, 0x80))).toEqual([Uint8Array.of(0xc0, 0)]);
  expect(cutter.push(Uint8Array.of(0x80, 0x80))).toEqual([Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80)]);
  expect(cutter.push(Uint8Array.of(1))).toEqual([Uint8Array.of(1)]);
  expect(createPacketCutter(10).push(Uint8Array.of(0x30, 9))).toEqual([Uint8Array.of(0x30, 9)]);
});

function pushAll(cutter: PacketCutter, chunks: readonly Uint8Array[]): Uint8Array[] {
  return chunks.flatMap((chunk) => [...cutter.push(chunk)]).map((packet) => new Uint8Array(packet));
}

/** The bytes in pieces, some of them empty. */
function chunksOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
