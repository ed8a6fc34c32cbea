import type { BrokerStats } from '../broker/broker-engine.ts';
import type { SouthboundStats } from '../southbound/southbound.ts';
import type { UplinkStats } from '../uplink/uplink.ts';

/** The state of the gateway as its HTTP face shows it. */
export interface GatewayStatus {
  readonly isMqttListening: boolean;
  readonly broker: BrokerStats;
  readonly southbound: SouthboundStats;
  /** Undefined when no uplink is configured. */
  readonly uplink: UplinkStats | undefined;
}

/** Why the gateway cannot do its work now, one sentence each; empty when it is ready. */
export function reasonsNotReady({ isMqttListening, broker, southbound, uplink }: GatewayStatus): readonly string[] {
  const mqtt = isMqttListening ? [] : ['the MQTT listener is not bound'];
  const lines = southbound.lines.filter(({ connected }) => !connected).map(({ id }) => `southbound line ${id} is not connected`);
  const isUplinkLost = uplink !== undefined && !uplink.isUp && !uplink.isStoring;
  const store = broker.store?.failure === undefined ? [] : [`the broker cannot store: ${broker.store.failure}`];
  return [...mqtt, ...store, ...lines, ...(isUplinkLost ? ['the uplink is not connected, and store-and-forward is disabled'] : [])];
}
