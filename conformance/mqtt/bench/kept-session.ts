import type { ConnectFields, MqttBench, Session } from './mqtt-bench.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { inconclusiveCase } from '../../framework/case-stop.ts';

/** Long enough for any case, short enough to vanish by itself when the tester dies, seconds. */
const EXPIRY_S = 300;
/** A server that keeps sessions for less than a case may take is of no use to it, seconds. */
const EXPIRY_MIN_S = 60;

/** CONNECT fields of a session that outlives its connection: Clean Session 0; in 5.0 also an expiry interval. */
export function keptSession({ version }: Pick<MqttBench, 'version'>): ConnectFields {
  return { cleanStart: false, properties: version === 5 ? { sessionExpiryIntervalS: EXPIRY_S } : NO_PROPERTIES };
}

/**
 * Connected, with a session that outlives the connection; inconclusive when that cannot be had (a 5.0 server may name a
 * shorter expiry: MQTT 5.0 section 3.2.2.3.2).
 */
export async function connectedToKept(bench: MqttBench, label: string, fields: ConnectFields = {}): Promise<Session> {
  const session = await bench.connected(label, { ...keptSession(bench), ...fields });
  const { sessionExpiryIntervalS = EXPIRY_S } = session.connack.properties;
  if (sessionExpiryIntervalS < EXPIRY_MIN_S) inconclusiveCase(`the server keeps the session for ${sessionExpiryIntervalS} s only`);
  return session;
}
