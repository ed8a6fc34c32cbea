import type { DefectAction, MqttDefect } from '../mqtt-defect.ts';
import { chosen, rewrites, stateless, swallows } from '../rewrite.ts';
import { back } from '../version-5.ts';

const EXPLAINED = ['puback', 'pubrec', 'pubrel', 'pubcomp', 'suback', 'unsuback'] as const;

/** Defects in what a client is told, and what becomes of user properties outside PUBLISH. */
export const REQUEST_INFO_DEFECTS: readonly MqttDefect[] = [
  rewrites('gives-response-information-unasked', 'gives response information to every client', { from: 'server', type: 'connack' }, (packet) => ({
    ...packet,
    properties: { ...packet.properties, responseInformation: 'fieldproof/answers' },
  })),
  ...EXPLAINED.flatMap((type): MqttDefect[] => [
    rewrites(`explains-${type}-unasked`, `gives a reason string in ${type.toUpperCase()} to clients that want none`, { from: 'server', type }, (packet) => ({
      ...packet,
      properties: { ...packet.properties, reasonString: 'all went well' },
    })),
    rewrites(`details-${type}-unasked`, `adds user properties to ${type.toUpperCase()} for clients that want none`, { from: 'server', type }, (packet) => ({
      ...packet,
      properties: { ...packet.properties, userProperties: [['node', '1']] },
    })),
  ]),
  stateless('refuses-connect-with-user-properties', 'refuses a CONNECT for its user properties', (seen): 'pass' | DefectAction[] => {
    const connect = chosen(seen, { from: 'client', type: 'connect', when: ({ properties }) => properties.userProperties !== undefined });
    if (connect === undefined) return 'pass';
    return [back('client', { type: 'connack', sessionPresent: false, reasonCode: 0x83, properties: {} }), { do: 'closeClient' }];
  }),
  ...(['subscribe', 'unsubscribe', 'pubrel'] as const).map((type) =>
    swallows(
      `loses-${type}-with-user-properties`,
      `does not answer ${type.toUpperCase()} with user properties`,
      { from: 'client', type, when: ({ properties }) => properties.userProperties !== undefined },
    ),
  ),
];
