import type { BrokerPurpose } from './broker-purpose.ts';
import { CLIENT_ID_PURPOSES } from './client-id-cases.ts';
import { CONNACK_PURPOSES } from './connack-cases.ts';
import { CONNECT_PURPOSES } from './connect-cases.ts';
import { FIRST_PACKET_PURPOSES } from './first-packet-cases.ts';
import { HEADER_PURPOSES } from './header-cases.ts';
import { KEEP_ALIVE_PURPOSES } from './keep-alive-cases.ts';
import { PING_PURPOSES } from './ping-cases.ts';
import { SENT_HEADER_PURPOSES } from './sent-header-cases.ts';
import { SESSION_PURPOSES } from './session-cases.ts';
import { UTF8_PURPOSES } from './utf8-cases.ts';
import { WEBSOCKET_PURPOSES } from './websocket-cases.ts';
import { WILL_PURPOSES } from './will-cases.ts';

/** What both versions say of packets as such, connections, sessions and wills. */
export const CONNECTION_PURPOSES: readonly BrokerPurpose[] = [
  ...FIRST_PACKET_PURPOSES,
  ...UTF8_PURPOSES,
  ...SENT_HEADER_PURPOSES,
  ...HEADER_PURPOSES,
  ...CONNECT_PURPOSES,
  ...CLIENT_ID_PURPOSES,
  ...CONNACK_PURPOSES,
  ...SESSION_PURPOSES,
  ...WILL_PURPOSES,
  ...KEEP_ALIVE_PURPOSES,
  ...PING_PURPOSES,
  ...WEBSOCKET_PURPOSES,
];
