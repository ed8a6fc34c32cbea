import { createAedesEngine } from './aedes-engine.ts';
import type { BrokerEngine } from './broker-engine.ts';
import { createCoreEngine, type CoreEngineDeps, type CoreEngineOptions } from './core-engine.ts';

/** The broker engine that `broker.engine` of the configuration names. */
export function createBrokerEngine(config: CoreEngineOptions & { readonly engine: 'aedes' | 'core' }, deps: CoreEngineDeps): BrokerEngine {
  return config.engine === 'core' ? createCoreEngine(config, deps) : createAedesEngine(config, deps);
}
