import type { MqttDefect } from '../mqtt-defect.ts';
import { CLIENT_ID_DEFECTS } from './client-id-defects.ts';
import { CONNACK_DEFECTS } from './connack-defects.ts';
import { CONNECT_DEFECTS } from './connect-defects.ts';
import { HEADER_DEFECTS } from './header-defects.ts';
import { KEEP_ALIVE_DEFECTS } from './keep-alive-defects.ts';
import { SESSION_DEFECTS } from './session-defects.ts';
import { UTF8_DEFECTS } from './utf8-defects.ts';
import { WILL_DEFECTS } from './will-defects.ts';

/** Ways to break what both versions say of packets as such, connections, sessions and wills. */
export const CONNECTION_DEFECTS: readonly MqttDefect[] = [
  ...UTF8_DEFECTS,
  ...HEADER_DEFECTS,
  ...CONNECT_DEFECTS,
  ...CLIENT_ID_DEFECTS,
  ...CONNACK_DEFECTS,
  ...SESSION_DEFECTS,
  ...WILL_DEFECTS,
  ...KEEP_ALIVE_DEFECTS,
];
