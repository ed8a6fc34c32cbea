import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { MqttDefect } from '../mqtt-defect.ts';
import { chosen, onward, stateless, swallows } from '../rewrite.ts';
import { without } from '../version-5.ts';

/** Defects about silence and PINGREQ. */
export const KEEP_ALIVE_DEFECTS: readonly MqttDefect[] = [
  stateless('ignores-keep-alive', 'never ends the connection of a silent client', (seen) => {
    const connect = chosen(seen, { from: 'client', type: 'connect' });
    if (connect !== undefined) return [onward('client', encodeLoose({ ...connect, keepAliveS: 0 }, connect.protocolLevel === 5 ? 5 : 4))];
    // The good server may answer no keep alive with one of its own.
    const connack = chosen(seen, { from: 'server', type: 'connack', when: ({ properties }) => properties.serverKeepAliveS !== undefined });
    return connack === undefined ? 'pass' : [onward('server', encodeLoose({ ...connack, properties: without(connack.properties, 'serverKeepAliveS') }, seen.version))];
  }),
  swallows('answers-no-pingreq', 'does not answer PINGREQ', { from: 'client', type: 'pingreq' }),
  {
    id: 'answers-every-other-pingreq',
    does: 'answers every other PINGREQ only',
    create: () => () => {
      let count = 0;
      return {
        onPacket: (seen) => {
          if (chosen(seen, { from: 'client', type: 'pingreq' }) === undefined) return 'pass';
          count += 1;
          return count % 2 === 0 ? [] : 'pass';
        },
      };
    },
  },
];
