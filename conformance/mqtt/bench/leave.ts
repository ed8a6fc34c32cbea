import type { DisconnectPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { MqttBench } from './mqtt-bench.ts';
import type { Peer } from './peer.ts';

/**
 * DISCONNECT, and then waits until the SUT closes the connection: a CONNECT on another connection could overtake it
 * otherwise. A server that leaves closing to the client (section 3.14.4 says SHOULD) gets `LEAVE_MS` to deal with it.
 */
export async function leave(bench: MqttBench, peer: Peer, fields: Partial<Omit<DisconnectPacket, 'type'>> = {}): Promise<void> {
  await peer.send({ type: 'disconnect', reasonCode: 0, properties: NO_PROPERTIES, ...fields });
  await untilEnd(bench, peer);
}

/** Longer than a slow link takes to carry DISCONNECT there and the end of the connection back, milliseconds. */
const LEAVE_MS = 1_500;

/** Reads on, whatever comes, until the SUT closes the connection or says nothing more; then closes it from here. */
export async function untilEnd(bench: MqttBench, peer: Peer): Promise<void> {
  for (;;) {
    const heard = await peer.next(Math.max(LEAVE_MS, bench.context.pixit.quietMs));
    if (heard.kind === 'closed' || heard.kind === 'silence') break;
  }
  await bench.wire.close(peer.name, 'fin');
}
