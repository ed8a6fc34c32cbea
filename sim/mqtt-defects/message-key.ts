import type { PublishPacket } from '../../hil/protocols/mqtt/packet.ts';

/** What tells messages of one test apart wherever they pass: topic and payload. Not the packet id, which each connection has its own of. */
export function messageKey({ topic, payload }: Pick<PublishPacket, 'topic' | 'payload'>): string {
  return `${topic}\n${Buffer.from(payload).toString('latin1')}`;
}
