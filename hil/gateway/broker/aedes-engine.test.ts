import { silentLogger } from '../../runtime/log.ts';
import { createAedesEngine } from './aedes-engine.ts';
import { brokerEngineContract } from './broker-engine.contract.ts';
import { CONTRACT_BOUNDS } from './broker-refusals.contract.ts';

brokerEngineContract('aedes', () => createAedesEngine(CONTRACT_BOUNDS, { log: silentLogger }), { servesMqtt5: false });
