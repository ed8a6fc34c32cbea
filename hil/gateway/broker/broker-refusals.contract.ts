import { describe, expect, test } from 'vitest';
import type { AcceptedMessage, BrokerEngine } from './broker-engine.ts';
import { encodePublish } from './publish-frame.ts';
import { messageOf, type RawClient } from './raw-client.contract.ts';

/** The bounds under which the contract is run. */
export const CONTRACT_BOUNDS = { packetBytesMax: 65_536, connectionsMax: 40, queuedMessagesMax: 50 } as const;

/** One test's engine, what it has accepted, and ways to connect to it. */
export interface BrokerBench {
  readonly engine: BrokerEngine;
  readonly accepted: readonly AcceptedMessage[];
  readonly open: () => Promise<RawClient>;
  readonly connected: (clientId: string) => Promise<RawClient>;
}

/**
 * The part of the contract that says what is refused.
 * @param bench - Gives the running test's bench.
 * @param foreignLevels - Protocol levels that the engine does not serve.
 */
export function brokerRefusals(bench: () => BrokerBench, foreignLevels: readonly number[]): void {
  describe('refusals', () => {
    test('an oversized packet ends its connection when its length is known', async () => {
      const { engine, connected } = bench();
      const witness = await connected('witness');
      const large = await connected('large');
      large.send(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x40));
      await large.closed;
      await stillWorks(witness);
      expect(engine.stats().refused).toMatchObject({ 'packet-too-large': 1 });
    });

    test('a packet of just the largest size is taken', async () => {
      const { accepted, connected } = bench();
      const client = await connected('client');
      const headerBytes = 1 + 3 + 2 + 1 + 2;
      await client.publish(messageOf('a', 'x'.repeat(CONTRACT_BOUNDS.packetBytesMax - headerBytes), 1));
      expect(accepted).toHaveLength(1);
      const tooLarge = messageOf('a', 'x'.repeat(CONTRACT_BOUNDS.packetBytesMax - headerBytes + 1), 1);
      client.send(encodePublish(tooLarge, { qos: 1, retain: false, dup: false, packetId: 8 }));
      await client.closed;
      expect(accepted).toHaveLength(1);
    });

    test.each([
      ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
      ['zeros', Buffer.alloc(64)],
      ['a packet before CONNECT', Uint8Array.of(0xc0, 0)],
      ['a length of five bytes', Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0xff, 0x01)],
      ['a CONNECT of another protocol', Uint8Array.of(0x10, 12, 0, 4, 0x48, 0x54, 0x54, 0x50, 4, 2, 0, 0, 0, 0)],
    ])('%s ends only that connection', async (_name, bytes) => {
      const { engine, open, connected } = bench();
      const witness = await connected('witness');
      const stranger = await open();
      stranger.send(bytes);
      await stranger.closed;
      await stillWorks(witness);
      expect(Object.values(engine.stats().refused)).toEqual([1]);
    });

    test.each([
      ['an empty topic', encodePublish(messageOf('', 'x', 1), { qos: 1, retain: false, dup: false, packetId: 1 })],
      ['a wildcard in a topic', encodePublish(messageOf('a/+', 'x', 1), { qos: 1, retain: false, dup: false, packetId: 1 })],
      ['U+0000 in a topic', encodePublish(messageOf('a\u0000', 'x', 1), { qos: 1, retain: false, dup: false, packetId: 1 })],
      ['packet identifier zero', encodePublish(messageOf('a', 'x', 1), { qos: 1, retain: false, dup: false, packetId: 0 })],
      ['a topic below $SYS', encodePublish(messageOf('$SYS/x', 'x', 1), { qos: 1, retain: false, dup: false, packetId: 1 })],
      ['QoS 3', Uint8Array.of(0x36, 5, 0, 1, 0x61, 0, 1)],
      ['a malformed filter', Uint8Array.of(0x82, 7, 0, 1, 0, 2, 0x61, 0x23, 0)],
      ['a second CONNECT', Uint8Array.of(0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, 1, 0x61)],
    ])('%s ends only that connection and is not accepted', async (_name, frame) => {
      const { accepted, connected } = bench();
      const witness = await connected('witness');
      const client = await connected('client');
      client.send(frame);
      await client.closed;
      expect(accepted).toEqual([]);
      await stillWorks(witness);
    });

    test.each(foreignLevels)('protocol level %i is answered with return code 1', async (level) => {
      const { open } = bench();
      const client = await open();
      // MQTT 5 has a property length before the client identifier; zero stands for none there and is harmless here.
      const code = level === 5 ? client.take(2) : client.connect('client', { level });
      if (level === 5) client.send(Uint8Array.of(0x10, 14, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 0, 0, 1, 0x61));
      expect(await code).toMatchObject(level === 5 ? { body: Buffer.of(0, 1) } : { code: 1 });
      await client.closed;
    });

    test('an empty client id needs a clean session', async () => {
      const { open } = bench();
      const client = await open();
      expect(await client.connect('', { clean: false })).toEqual({ sessionPresent: false, code: 2 });
      await client.closed;
      const clean = await open();
      expect(await clean.connect('', { clean: true })).toEqual({ sessionPresent: false, code: 0 });
    });

    test('connections beyond the bound are closed', async () => {
      const { engine, open, connected } = bench();
      await Promise.all(Array.from({ length: CONTRACT_BOUNDS.connectionsMax }, (_item, index) => connected(`client-${index}`)));
      const late = await open();
      await late.closed;
      expect(engine.stats()).toMatchObject({ connectedClients: CONTRACT_BOUNDS.connectionsMax, refused: { 'connections-full': 1 } });
    });
  });
}

/** The rest of the broker goes on while one connection is ended. */
async function stillWorks(witness: RawClient): Promise<void> {
  await witness.publish(messageOf('witness', 'alive', 2));
  expect(witness.isClosed).toBe(false);
}
