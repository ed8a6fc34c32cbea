import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { acknowledgement, textOf } from './mqtt-bench.ts';
import { told, type Peer } from './peer.ts';

/**
 * Everything that the SUT delivers on a connection before the message with this payload, acknowledged as it comes. That
 * last one has to be of the same publisher, topic and QoS as what might come before it, because only these keep their
 * order (section 4.6). A malformed packet fails the case; when the last message does not come it is inconclusive.
 * @param last - Payload of the last message, as text; it is acknowledged and not among what is returned.
 */
export async function deliveriesBefore(peer: Peer, last: string): Promise<readonly PublishPacket[]> {
  const delivered: PublishPacket[] = [];
  for (;;) {
    const heard = await peer.next();
    if (heard.kind === 'malformed') failCase(`${peer.name}: ${told(heard)}`, [heard.violation.statement]);
    if (heard.kind !== 'packet') return inconclusiveCase(`${peer.name}: waiting for the message "${last}", but ${told(heard)}`);
    const { packet } = heard;
    if (packet.type === 'pubrel') await peer.send(acknowledgement('pubcomp', packet.packetId));
    if (packet.type !== 'publish') continue;
    // Several QoS 2 handshakes may be under way at once, so none of them is waited for.
    if (packet.packetId !== undefined) await peer.send(acknowledgement(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId));
    if (textOf(packet.payload) === last) return delivered;
    delivered.push(packet);
  }
}
