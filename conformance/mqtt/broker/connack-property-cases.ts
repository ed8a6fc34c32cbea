import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { leave } from '../bench/leave.ts';
import type { MqttBench } from '../bench/mqtt-bench.ts';
import { timerGraceMs } from '../bench/timer-grace.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** Servers look for silent clients once in a while, and no time is named for closing: how much later counts as never, milliseconds. */
const KEEP_ALIVE_GRACE_MS = 10_000;
const SERVER_KEEP_ALIVE_MAX_S = 10;

/** What CONNACK tells. @see MQTT 5.0, section 3.2.2.3 */
export const CONNACK_PROPERTY_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'CONNACKPROPERTY',
    number: 1,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-16', 'MQTT-3.1.3-7'] },
    purpose: 'A client without client id is told in CONNACK which one it was assigned',
    requires: ['EMPTY_CLIENT_ID'],
    caughtBy: 'hides-assigned-client-id',
    run: async (bench) => {
      await assignedId(bench, 'a');
    },
  },
  {
    area: 'CONNACKPROPERTY',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-16', 'MQTT-3.1.3-6'] },
    purpose: 'Two clients without client id are assigned different ones',
    requires: ['EMPTY_CLIENT_ID'],
    caughtBy: 'tells-one-assigned-client-id',
    run: async (bench) => {
      const first = await assignedId(bench, 'a');
      const second = await assignedId(bench, 'b');
      if (first === second) failCase(`two clients were assigned the client id ${first}`);
    },
  },
  {
    area: 'CONNACKPROPERTY',
    number: 3,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.3-7', 'MQTT-3.1.3-2'] },
    purpose: 'A session under an assigned client id is found again by that id',
    requires: ['EMPTY_CLIENT_ID', 'PERSISTENT_SESSIONS'],
    caughtBy: 'tells-one-assigned-client-id',
    run: async (bench) => {
      const properties = { sessionExpiryIntervalS: 60 };
      const { peer, connack } = await bench.connected('a', { clientId: '', properties });
      const clientId = connack.properties.assignedClientIdentifier;
      if (clientId === undefined) return inconclusiveCase('the server did not tell which client id it assigned');
      await leave(bench, peer);
      const again = await bench.openAndConnect('a', { clientId, cleanStart: false, properties });
      await again.expectPacket(`CONNECT with the assigned client id`, 'connack', 'with session present 1', ({ sessionPresent }) => sessionPresent);
    },
  },
  {
    area: 'CONNACKPROPERTY',
    number: 4,
    version: 1,
    statements: { '5.0': ['MQTT-3.1.3-8'] },
    purpose: 'A broker that takes no empty client id ends the connection of a client that has none',
    requires: ['!EMPTY_CLIENT_ID'],
    caughtBy: 'lets-clients-without-id-in',
    run: async (bench) => {
      const peer = await bench.openAndConnect('a', { clientId: '' });
      await peer.expectEnd('CONNECT without client id');
    },
  },
  {
    area: 'CONNACKPROPERTY',
    number: 5,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-22'] },
    purpose: 'Without Server Keep Alive in CONNACK the Keep Alive of the client counts',
    caughtBy: 'drops-keep-alive-of-connect',
    run: async (bench) => {
      const { peer, connack } = await bench.connected('a', { keepAliveS: 1 });
      const keepAliveS = connack.properties.serverKeepAliveS ?? 1;
      if (keepAliveS === 0 || keepAliveS > SERVER_KEEP_ALIVE_MAX_S) inconclusiveCase(`the server asks for a keep alive of ${keepAliveS} s`);
      const heard = await peer.next(1_500 * keepAliveS + Math.max(KEEP_ALIVE_GRACE_MS, timerGraceMs(bench)));
      if (heard.kind === 'silence') failCase(`the connection stands ${heard.waitedMs} ms after the last packet, with a keep alive of ${keepAliveS} s`);
      if (heard.kind === 'packet') await peer.expect('its last word', { says: 'the end of the connection', accepts: ({ kind }) => kind === 'closed' });
    },
  },
];

/** The id that a client without one is told. */
async function assignedId(bench: MqttBench, label: string): Promise<string> {
  const peer = await bench.openAndConnect(label, { clientId: '' });
  const accepted = await peer.needPacket('CONNECT without client id', 'connack', 'that accepts', ({ reasonCode }) => reasonCode === 0);
  const assigned = accepted.properties.assignedClientIdentifier;
  return assigned === undefined || assigned === '' ? failCase('CONNACK holds no Assigned Client Identifier') : assigned;
}
