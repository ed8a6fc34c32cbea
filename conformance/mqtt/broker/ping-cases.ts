import type { BrokerPurpose } from './broker-purpose.ts';

/** PINGREQ and PINGRESP. */
export const PING_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'PING',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.12.4-1'], '5.0': ['MQTT-3.12.4-1'] },
    purpose: 'PINGREQ is answered with PINGRESP',
    caughtBy: 'answers-no-pingreq',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send({ type: 'pingreq' });
      await peer.expectPacket('PINGREQ', 'pingresp');
    },
  },
  {
    area: 'PING',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.12.4-1'], '5.0': ['MQTT-3.12.4-1'] },
    purpose: 'Each PINGREQ is answered, also when they come one upon the other',
    caughtBy: 'answers-every-other-pingreq',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.sendBytes(Uint8Array.of(0xc0, 0, 0xc0, 0, 0xc0, 0));
      for (const which of ['first', 'second', 'third']) await peer.expectPacket(`the ${which} of three PINGREQ`, 'pingresp');
    },
  },
];
