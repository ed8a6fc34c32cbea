import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeTcp } from '../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import { serveMbap } from './mbap-session.ts';

/** An echo with a mark of its own; unit 9 stays silent. */
function respond(unit: number, pdu: Uint8Array): Uint8Array | undefined {
  return unit === 9 ? undefined : Uint8Array.from([pdu[0] ?? 0, unit]);
}

interface Exchange {
  readonly received: Buffer;
  readonly isClosed: boolean;
}

/** Sends the chunks one by one; what came back once nothing moves any more. */
async function exchange(chunks: readonly Uint8Array[]): Promise<Exchange> {
  const { a: client, b: server } = memoryLinkPair();
  const received: Uint8Array[] = [];
  let isClosed = false;
  void client.closed.then(() => (isClosed = true));
  client.onBytes((chunk) => received.push(chunk));
  serveMbap(server, respond, () => undefined);
  for (const chunk of chunks) {
    if (isClosed) break;
    // A server that has lost the framing closes while we still send.
    await client.send(chunk).catch(() => undefined);
    await new Promise(setImmediate);
  }
  client.destroy();
  return { received: Buffer.concat(received), isClosed };
}

function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const frames = fc.record({
  transactionId: fc.integer({ min: 0, max: 65_535 }),
  unit: fc.integer({ min: 0, max: 12 }),
  pdu: fc.uint8Array({ minLength: 1, maxLength: 253 }),
  /** 0 is Modbus; anything else must be discarded. */
  protocolId: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 65_535 })),
});
const cuts = fc.array(fc.nat(), { maxLength: 8 });

test('however the stream is cut, each Modbus request is answered once, in order, under its own transaction id', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frames, { maxLength: 12 }), cuts, async (list, places) => {
      const stream = Buffer.concat(
        list.map(({ transactionId, unit, pdu, protocolId }) => {
          const frame = Buffer.from(encodeTcp(transactionId, unitId(unit), pdu));
          frame.writeUInt16BE(protocolId, 2);
          return frame;
        }),
      );
      const expected = list
        .filter(({ unit, protocolId }) => unit !== 9 && protocolId === 0)
        .map(({ transactionId, unit, pdu }) => encodeTcp(transactionId, unitId(unit), Uint8Array.from([pdu[0] ?? 0, unit])));
      const { received, isClosed } = await exchange(cut(stream, places));
      expect(received.toString('hex')).toBe(Buffer.concat(expected).toString('hex'));
      expect(isClosed).toBe(false);
    }),
    replay(),
  );
});

test('any bytes: it never throws, and answers only whole frames', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), async (chunks) => {
      const { received } = await exchange(chunks);
      // Each answer here has 2 bytes of PDU.
      expect(received.length % 9).toBe(0);
    }),
    replay(),
  );
});

test('a length above 254 closes the connection, after what was asked before it is answered', async () => {
  const good = encodeTcp(1, unitId(1), Uint8Array.from([3]));
  const broken = Uint8Array.from([0, 2, 0, 0, 0, 255, 1, 3]);
  const { received, isClosed } = await exchange([Buffer.concat([good, broken]), good]);
  expect(received.toString('hex')).toBe('000100000003010301');
  expect(isClosed).toBe(true);
});

test('a header that leaves no room for a PDU is skipped', async () => {
  const good = encodeTcp(7, unitId(1), Uint8Array.from([3]));
  const { received, isClosed } = await exchange([Uint8Array.from([0, 1, 0, 0, 0, 0]), Uint8Array.from([0, 2, 0, 0, 0, 1, 1]), good]);
  expect(received.toString('hex')).toBe('000700000003010301');
  expect(isClosed).toBe(false);
});

test('a client that does not read its answers is not read either; once it reads, it gets them all', async () => {
  const { a: client, b: server } = memoryLinkPair();
  serveMbap(server, () => new Uint8Array(250), () => undefined);
  let receivedBytes = 0;
  const received = new Promise<void>((resolve) => {
    client.onBytes((chunk) => {
      receivedBytes += chunk.length;
      if (receivedBytes >= 400 * 25_700) resolve();
    });
  });
  client.pause();
  // 100 requests of 8 bytes give 25,700 bytes of answers.
  const requests = Buffer.concat(Array.from({ length: 100 }, (_none, index) => encodeTcp(index, unitId(1), Uint8Array.of(3))));
  let accepted = 0;
  const sending = Array.from({ length: 400 }, () => client.send(requests).then(() => (accepted += 1)));
  for (let turn = 0; turn < 1_000; turn += 1) await new Promise(setImmediate);
  expect(accepted).toBeLessThan(200);
  client.resume();
  await Promise.all(sending);
  await received;
  expect(receivedBytes).toBe(400 * 25_700);
});
