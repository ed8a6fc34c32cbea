import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../runtime/log.ts';
import { realClock } from '../../../runtime/real-clock.ts';
import type { Message } from '../core/message.ts';
import { openBrokerStore } from './open-broker-store.ts';

const MESSAGES = 40_000;
const PAYLOAD_BYTES = 2_000;
const IN_FLIGHT = 100;

test('messages that come and go leave nothing behind, on the medium either', { timeout: 60_000 }, async () => {
  const path = mkdtempSync(join(tmpdir(), 'fp-growth-'));
  const store = await openBrokerStore({ policy: 'os', path, bytesMax: 1e9, messagesMax: 1e6 }, { clock: realClock, log: silentLogger });
  store.record({ kind: 'session', clientId: 's', expiryIntervalS: 1_000 });
  const messages: Message[] = [];
  const settle = (sequence: number): void => {
    const message = messages[sequence % IN_FLIGHT];
    if (message !== undefined) store.record({ kind: 'settled', clientId: 's', sequence, packetId: (sequence % IN_FLIGHT) + 1, message });
  };
  for (let sequence = 0; sequence < MESSAGES; sequence += 1) {
    if (sequence >= IN_FLIGHT) settle(sequence - IN_FLIGHT);
    const payload = Buffer.from(`${sequence} ${'x'.repeat(PAYLOAD_BYTES)}`);
    const message: Message = { topic: 't', payload, qos: 1, retain: false, properties: {}, publisherId: undefined, acceptedAtMs: realClock.nowMs() };
    messages[sequence % IN_FLIGHT] = message;
    store.record({ kind: 'queued', clientId: 's', sequence, message, qos: 1, retain: false, subscriptionIdentifiers: [] });
    store.record({ kind: 'sent', clientId: 's', sequence, packetId: (sequence % IN_FLIGHT) + 1 });
    if (sequence % 50 === 49) await store.commit();
  }
  for (let sequence = MESSAGES - IN_FLIGHT; sequence < MESSAGES; sequence += 1) settle(sequence);
  await store.commit();
  expect(store.stats()).toMatchObject({ payloadBytes: 0, rows: { queued: 0, inFlight: 0, sessions: 1 } });
  expect(store.stats().writtenBytes).toBeGreaterThan(MESSAGES * PAYLOAD_BYTES);
  await store.close();
  const folder = join(path, 'level');
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  // One log that is being written and one that is being sorted, and what has not been merged yet.
  expect(bytes).toBeLessThan(0.5 * MESSAGES * PAYLOAD_BYTES);
  rmSync(path, { recursive: true });
});
