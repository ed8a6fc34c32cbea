import type { PacketType } from './packet.ts';
import type { PropertyName } from './properties.ts';

/** What may hold properties: every packet that has them, and the will inside CONNECT. */
export type PropertyHolder = Exclude<PacketType, 'pingreq' | 'pingresp'> | 'will';

/** How the value stands on the wire (section 2.2.2.2). A `flag` is a byte of 0 or 1. */
export type PropertyKind = 'flag' | 'boolean' | 'uint16' | 'uint32' | 'variable' | 'text' | 'binary' | 'pair';

/** One property of MQTT 5.0. */
export interface PropertyEntry {
  readonly id: number;
  readonly name: PropertyName;
  readonly kind: PropertyKind;
  /** 0 is no value of it. */
  readonly positive?: true;
  /** It may come again: always the user property, and the subscription identifier in PUBLISH. */
  readonly repeatsIn?: readonly PropertyHolder[];
  /** Who may hold it, and the section of MQTT 5.0 that says how. */
  readonly sections: Partial<Record<PropertyHolder, string>>;
}

const REASON_STRING = {
  connack: '3.2.2.3.9',
  puback: '3.4.2.2.2',
  pubrec: '3.5.2.2.2',
  pubrel: '3.6.2.2.2',
  pubcomp: '3.7.2.2.2',
  suback: '3.9.2.1.2',
  unsuback: '3.11.2.1.2',
  disconnect: '3.14.2.2.3',
  auth: '3.15.2.2.4',
} as const;

const USER_PROPERTY = {
  connect: '3.1.2.11.8',
  will: '3.1.3.2.8',
  connack: '3.2.2.3.10',
  publish: '3.3.2.3.7',
  puback: '3.4.2.2.3',
  pubrec: '3.5.2.2.3',
  pubrel: '3.6.2.2.3',
  pubcomp: '3.7.2.2.3',
  subscribe: '3.8.2.1.3',
  suback: '3.9.2.1.3',
  unsubscribe: '3.10.2.1.2',
  unsuback: '3.11.2.1.3',
  disconnect: '3.14.2.2.4',
  auth: '3.15.2.2.5',
} as const;

/** The properties of MQTT 5.0 (table 2-4), in the order of their identifiers. */
export const PROPERTIES: readonly PropertyEntry[] = [
  { id: 1, name: 'payloadFormatIndicator', kind: 'flag', sections: { publish: '3.3.2.3.2', will: '3.1.3.2.3' } },
  { id: 2, name: 'messageExpiryIntervalS', kind: 'uint32', sections: { publish: '3.3.2.3.3', will: '3.1.3.2.4' } },
  { id: 3, name: 'contentType', kind: 'text', sections: { publish: '3.3.2.3.9', will: '3.1.3.2.5' } },
  { id: 8, name: 'responseTopic', kind: 'text', sections: { publish: '3.3.2.3.5', will: '3.1.3.2.6' } },
  { id: 9, name: 'correlationData', kind: 'binary', sections: { publish: '3.3.2.3.6', will: '3.1.3.2.7' } },
  { id: 11, name: 'subscriptionIdentifiers', kind: 'variable', positive: true, repeatsIn: ['publish'], sections: { publish: '3.3.2.3.8', subscribe: '3.8.2.1.2' } },
  { id: 17, name: 'sessionExpiryIntervalS', kind: 'uint32', sections: { connect: '3.1.2.11.2', connack: '3.2.2.3.2', disconnect: '3.14.2.2.2' } },
  { id: 18, name: 'assignedClientIdentifier', kind: 'text', sections: { connack: '3.2.2.3.7' } },
  { id: 19, name: 'serverKeepAliveS', kind: 'uint16', sections: { connack: '3.2.2.3.14' } },
  { id: 21, name: 'authenticationMethod', kind: 'text', sections: { connect: '3.1.2.11.9', connack: '3.2.2.3.17', auth: '3.15.2.2.2' } },
  { id: 22, name: 'authenticationData', kind: 'binary', sections: { connect: '3.1.2.11.10', connack: '3.2.2.3.18', auth: '3.15.2.2.3' } },
  { id: 23, name: 'requestProblemInformation', kind: 'boolean', sections: { connect: '3.1.2.11.7' } },
  { id: 24, name: 'willDelayIntervalS', kind: 'uint32', sections: { will: '3.1.3.2.2' } },
  { id: 25, name: 'requestResponseInformation', kind: 'boolean', sections: { connect: '3.1.2.11.6' } },
  { id: 26, name: 'responseInformation', kind: 'text', sections: { connack: '3.2.2.3.15' } },
  { id: 28, name: 'serverReference', kind: 'text', sections: { connack: '3.2.2.3.16', disconnect: '3.14.2.2.5' } },
  { id: 31, name: 'reasonString', kind: 'text', sections: REASON_STRING },
  { id: 33, name: 'receiveMaximum', kind: 'uint16', positive: true, sections: { connect: '3.1.2.11.3', connack: '3.2.2.3.3' } },
  { id: 34, name: 'topicAliasMaximum', kind: 'uint16', sections: { connect: '3.1.2.11.5', connack: '3.2.2.3.8' } },
  { id: 35, name: 'topicAlias', kind: 'uint16', positive: true, sections: { publish: '3.3.2.3.4' } },
  { id: 36, name: 'maximumQos', kind: 'flag', sections: { connack: '3.2.2.3.4' } },
  { id: 37, name: 'retainAvailable', kind: 'boolean', sections: { connack: '3.2.2.3.5' } },
  { id: 38, name: 'userProperties', kind: 'pair', sections: USER_PROPERTY },
  { id: 39, name: 'maximumPacketSizeBytes', kind: 'uint32', positive: true, sections: { connect: '3.1.2.11.4', connack: '3.2.2.3.6' } },
  { id: 40, name: 'wildcardSubscriptionAvailable', kind: 'boolean', sections: { connack: '3.2.2.3.11' } },
  { id: 41, name: 'subscriptionIdentifierAvailable', kind: 'boolean', sections: { connack: '3.2.2.3.12' } },
  { id: 42, name: 'sharedSubscriptionAvailable', kind: 'boolean', sections: { connack: '3.2.2.3.13' } },
];

const BY_ID: readonly (PropertyEntry | undefined)[] = Array.from({ length: 43 }, (_none, id) => PROPERTIES.find((entry) => entry.id === id));
const BY_NAME = new Map<string, PropertyEntry>(PROPERTIES.map((entry) => [entry.name, entry]));

/** The table's row for an identifier from the wire, or undefined when MQTT 5.0 has no such property. */
export function propertyById(id: number): PropertyEntry | undefined {
  return BY_ID[id];
}

/** The table's row for a key of `MqttProperties`. */
export function propertyByName(name: string): PropertyEntry | undefined {
  return BY_NAME.get(name);
}
