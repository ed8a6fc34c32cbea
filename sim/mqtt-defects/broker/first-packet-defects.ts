import type { MqttDefect } from '../mqtt-defect.ts';

/** Defects about the first packet of a connection. */
export const FIRST_PACKET_DEFECTS: readonly MqttDefect[] = [
  {
    id: 'swallows-second-connect',
    does: 'ignores a second CONNECT and goes on',
    create: () => () => {
      let connected = false;
      return {
        onPacket: ({ from, packet }) => {
          if (from !== 'client' || packet?.type !== 'connect') return 'pass';
          const again = connected;
          connected = true;
          return again ? [] : 'pass';
        },
      };
    },
  },
];
