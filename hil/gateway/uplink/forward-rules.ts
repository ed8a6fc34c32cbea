import { matchesFilter } from '../../protocols/mqtt/topic.ts';
import type { BrokerMessage, QualityOfService } from '../broker/broker-engine.ts';
import type { UplinkConfig } from '../config/gateway-config.ts';

/** The QoS at which a message goes up; undefined = it stays here. The first rule whose filter matches decides. */
export function forwardQos(rules: UplinkConfig['forward'], message: BrokerMessage): QualityOfService | undefined {
  const rule = rules.find(({ filter }) => matchesFilter(filter, message.topic));
  return rule?.qos === 'as-received' ? message.qos : rule?.qos;
}
