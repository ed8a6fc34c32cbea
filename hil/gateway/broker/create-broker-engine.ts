import type { GatewayConfig } from '../config/gateway-config.ts';
import { createAedesEngine } from './aedes-engine.ts';
import type { BrokerEngine } from './broker-engine.ts';
import { createCoreEngine, type CoreEngineDeps } from './core-engine.ts';

/** The broker engine that `broker.engine` of the configuration names. */
export function createBrokerEngine(config: GatewayConfig['broker'], deps: CoreEngineDeps): BrokerEngine {
  return config.engine === 'core' ? createCoreEngine(config, deps) : createAedesEngine(config, deps);
}
