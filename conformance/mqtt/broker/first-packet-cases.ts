import type { BrokerPurpose } from './broker-purpose.ts';

/** What may be the first packet of a connection, and that it comes once. */
export const FIRST_PACKET_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'FIRST',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.0-2'], '5.0': ['MQTT-3.1.0-2'] },
    purpose: 'A second CONNECT on one connection makes the broker end it',
    caughtBy: 'swallows-second-connect',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.connectPacket('a'));
      await peer.expectEnd('a second CONNECT');
    },
  },
];
