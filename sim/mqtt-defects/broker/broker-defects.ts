import type { MqttDefect } from '../mqtt-defect.ts';
import { EXCHANGE_DEFECTS } from './exchange-defects.ts';
import { CONNECTION_DEFECTS } from './connection-defects.ts';
import { FIRST_PACKET_DEFECTS } from './first-packet-defects.ts';
import { QOS_RECEIVER_DEFECTS, QOS_SENDER_DEFECTS } from './qos-fault-defects.ts';
import { VERSION_5_DEFECTS } from './version-5-defects.ts';

/** Every way in which a broker is made to break the standard, by id. */
export const BROKER_DEFECTS: readonly MqttDefect[] = [...FIRST_PACKET_DEFECTS, ...CONNECTION_DEFECTS, ...EXCHANGE_DEFECTS, ...VERSION_5_DEFECTS, ...QOS_RECEIVER_DEFECTS, ...QOS_SENDER_DEFECTS];
