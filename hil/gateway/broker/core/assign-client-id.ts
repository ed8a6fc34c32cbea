import type { BrokerParts } from './broker-parts.ts';

/** Draws until an identifier is free; with 64 random bits the first one nearly always is (MQTT-3.2.2-16). */
export function assignClientId({ random, registry }: Pick<BrokerParts, 'random' | 'registry'>): string {
  let clientId: string;
  do {
    clientId = `auto-${hex32(random.integer(0, 0xffff_fffe))}${hex32(random.integer(0, 0xffff_fffe))}`;
  } while (registry.has(clientId));
  return clientId;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}
