import type { BrokerMessage, QualityOfService } from '../broker/broker-engine.ts';
import { topicMatches } from '../broker/topic-filter.ts';
import type { UplinkConfig } from '../config/gateway-config.ts';

/** The QoS at which a message goes up; undefined = it stays here. The first rule whose filter matches decides. */
export function forwardQos(rules: UplinkConfig['forward'], message: BrokerMessage): QualityOfService | undefined {
  const rule = rules.find(({ filter }) => topicMatches(filter, message.topic));
  return rule?.qos === 'as-received' ? message.qos : rule?.qos;
}
