import { expect, test } from 'vitest';
import { encodeLoose } from '../../protocols/mqtt/encode-loose.ts';
import { silentLogger } from '../../runtime/log.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { connectWebSocket } from '../../transport/websocket-link.ts';
import { brokerEngineContract } from './broker-engine.contract.ts';
import { CONTRACT_BOUNDS } from './broker-refusals.contract.ts';
import { createCoreEngine } from './core-engine.ts';

brokerEngineContract('core', () => createCoreEngine(CONTRACT_BOUNDS, { clock: realClock, random: randomFromSeed(1), log: silentLogger }), { servesMqtt5: true });

test('clients come over WebSocket too, if they offer the sub-protocol mqtt', async () => {
  const engine = createCoreEngine(CONTRACT_BOUNDS, { clock: realClock, random: randomFromSeed(1), log: silentLogger });
  const at = await engine.listenWebSocket?.('127.0.0.1', 0);
  const url = `ws://127.0.0.1:${at?.port ?? 0}/mqtt`;
  const deps = { clock: realClock, timeoutMs: 5_000 };
  const link = await connectWebSocket(url, { protocol: 'mqtt' }, deps);
  const connack = new Promise<number[]>((resolve) => link.onBytes((chunk) => resolve([...chunk])));
  await link.send(encodeLoose({ type: 'connect', protocolName: 'MQTT', protocolLevel: 4, cleanStart: true, keepAliveS: 0, clientId: 'web', properties: {} }, 4));
  expect(await connack).toEqual([0x20, 2, 0, 0]);
  expect(engine.stats().connectedClients).toBe(1);
  await expect(connectWebSocket(url, { protocol: 'other' }, deps)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  const stranger = await connectWebSocket(url, { protocol: 'mqtt', offered: ['other', 'mqtt'], takesAnyProtocol: true }, deps);
  stranger.destroy();
  await engine.close();
  expect(await link.closed).toEqual({ error: undefined });
});
