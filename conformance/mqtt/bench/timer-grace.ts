import type { ConnackPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { inconclusiveCase } from '../../framework/case-stop.ts';
import type { MqttBench } from './mqtt-bench.ts';

/** Servers count whole seconds and look once in a while: what falls due is judged only so much later. */
const TIMER_GRACE_MS = 2_500;

/** How long after a time that the standard names the SUT must have acted, milliseconds; PIXIT value `timerGraceMs`. */
export function timerGraceMs({ context }: MqttBench): number {
  const given = context.pixit.values['timerGraceMs'];
  return typeof given === 'number' ? given : TIMER_GRACE_MS;
}

/** A session that ends later than that is not waited for, seconds. */
const WAIT_MAX_S = 5;

/**
 * The session expiry interval that holds, seconds: the server may name another than it was asked for (MQTT 5.0 section
 * 3.2.2.3.2).
 */
export function sessionExpiryS({ properties }: Pick<ConnackPacket, 'properties'>, askedS: number): number {
  return properties.sessionExpiryIntervalS ?? askedS;
}

/** Waits until a session that was just left has expired; inconclusive when the server makes it last too long. */
export async function pastSessionExpiry(bench: MqttBench, expiryS: number): Promise<void> {
  if (expiryS > WAIT_MAX_S) inconclusiveCase(`the server keeps the session for ${expiryS} s, longer than the case waits`);
  await bench.wire.pause(expiryS * 1_000 + timerGraceMs(bench));
}
