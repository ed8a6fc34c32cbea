import { silentLogger } from '../../runtime/log.ts';
import { randomFromSeed } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { brokerEngineContract } from './broker-engine.contract.ts';
import { CONTRACT_BOUNDS } from './broker-refusals.contract.ts';
import { createCoreEngine } from './core-engine.ts';

brokerEngineContract('core', () => createCoreEngine(CONTRACT_BOUNDS, { clock: realClock, random: randomFromSeed(1), log: silentLogger }), { servesMqtt5: true });
