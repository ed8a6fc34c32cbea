import type { PacketType } from '../../../hil/protocols/mqtt/packet.ts';
import { PACKET_TYPES } from '../../../hil/protocols/mqtt/packet-type.ts';
import { inconclusiveCase } from '../../framework/case-stop.ts';
import type { Heard } from '../bench/heard.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DeviceConnection } from './device-connection.ts';

/** A packet that the device sent, well-formed or not. */
export type SentPacket = Extract<Heard, { kind: 'packet' | 'malformed' }>;

export interface Observation {
  readonly sent: readonly SentPacket[];
  readonly connection: DeviceConnection | undefined;
}

/** The type that the first byte announces; undefined for the reserved one. */
export function announcedType({ bytes }: Pick<SentPacket, 'bytes'>): PacketType | undefined {
  return PACKET_TYPES[(bytes[0] ?? 0) >> 4]?.type;
}

/**
 * A stretch of ordinary life of the device, for all cases that only look at what it sends: it connects, is delivered a
 * message at each QoS, told to publish, to unsubscribe and to end. One stretch for each way to start it.
 */
export function observed(bench: DeviceBench, variant = 'usual'): Promise<Observation> {
  return bench.wire.shared(`observation of ${variant} in version ${bench.version}`, (wire) => observe(bench.on(wire), variant));
}

async function observe(bench: DeviceBench, variant: string): Promise<Observation> {
  await bench.start({ variant });
  const opened = await bench.tryOpen();
  if (opened === undefined) return inconclusiveCase(`the device did not connect within ${bench.connectWaitMs} ms`);
  const { first } = opened;
  if (first.kind !== 'packet' || first.packet.type !== 'connect') {
    await opened.peer.cut();
    return { sent: first.kind === 'packet' || first.kind === 'malformed' ? [first] : [], connection: undefined };
  }
  const connection = bench.connectionOf(opened.peer, first, first.packet);
  // Aliases are offered, so that a device that uses them shows how.
  await bench.connack(connection, bench.version === 5 ? { properties: { topicAliasMaximum: 8 } } : {});
  await liveWith(bench, connection);
  if (!connection.ended) await connection.close('reset');
  const sent = connection.heard.filter((heard) => heard.kind === 'packet' || heard.kind === 'malformed');
  return { sent, connection };
}

async function liveWith(bench: DeviceBench, connection: DeviceConnection): Promise<void> {
  const observeMs = bench.numberOf('observeMs', 3_000);
  await connection.serve(observeMs);
  for (const qos of [1, 2] as const) {
    if (!connection.ended && [...connection.subscriptions.values()].some((granted) => granted >= qos)) await bench.deliver(connection, qos);
  }
  if (connection.subscriptions.size > 0) {
    for (const what of ['triggerQos0', 'triggerQos1', 'triggerQos2', 'triggerRetained', 'triggerUnsubscribe', 'triggerReauthenticate']) {
      if (!connection.ended) await bench.trigger(connection, what);
    }
  }
  await connection.serve(bench.context.pixit.quietMs);
  if (!connection.ended && (await bench.stop())) await connection.serve(bench.context.pixit.quietMs);
}
