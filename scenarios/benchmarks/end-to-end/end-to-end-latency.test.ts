import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../../../hil/runtime/log.ts';
import { observeNothing } from '../../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { startPlcGroup } from '../../../sim/plc/virtual-plc-group.ts';
import { subscribeToChanges } from './change-subscriber.ts';
import { gatewayContender } from './gateway-contender.ts';
import { benchmarkFolder } from './latency-contender.ts';
import { startPeerProcess } from './peer-process.ts';

const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of cleanUp.splice(0).toReversed()) await end();
});

test('the hand-made bridge carries a change from the PLC to the subscriber', async () => {
  const plcs = await startPlcGroup(
    { group: 'plc', profile: join(benchmarkFolder(), 'ten-registers.yaml'), transport: 'modbus-tcp' },
    { clock: realClock, random: randomFromSeed(1), observe: observeNothing, log: silentLogger },
  );
  cleanUp.push(() => plcs.stop());
  const endpoint = plcs.devices[0]?.endpoint;
  const modbusPort = endpoint?.transport === 'modbus-tcp' ? endpoint.port : 0;
  const script = join(benchmarkFolder(), 'modbus-mqtt-bridge.mjs');
  const bridge = startPeerProcess(process.execPath, [script, `${modbusPort}`, '0', '10'], realClock);
  cleanUp.push(() => bridge.stop());
  const { mqttPort } = z.object({ mqttPort: z.number() }).parse(JSON.parse(await bridge.firstLine));
  const subscriber = await subscribeToChanges(mqttPort, 'bridge/R0', realClock);
  cleanUp.push(() => subscriber.close());
  const arrived = subscriber.arrivalOf(4_711);
  const changedMs = realClock.nowMs();
  plcs.set('plc-1', 'R0', 4_711);
  expect(await arrived).toBeGreaterThan(changedMs);
});

test('without the built command line the benchmark says what to do', async () => {
  const opening = gatewayContender.open({ clock: realClock, cliEntry: '/nowhere/fieldproof.js' });
  await expect(opening).rejects.toMatchObject({ code: 'FP_USAGE', hint: 'Run: npm run build' });
});

test('a peer that ends before it is ready says why', async () => {
  const peer = startPeerProcess(process.execPath, ['-e', 'console.error("no such port"); process.exit(3)'], realClock);
  await expect(peer.firstLine).rejects.toMatchObject({ code: 'FP_CHILD_START' });
  await expect(peer.failed).rejects.toThrowError('ended with 3: no such port');
  await peer.stop();
  await expect(startPeerProcess('/nowhere/mosquitto', [], realClock).firstLine).rejects.toMatchObject({ code: 'FP_CHILD_START' });
});
