import type { MqttPacket, ProtocolVersion } from '../../../protocols/mqtt/packet.ts';
import { encodeLoose } from '../../../protocols/mqtt/encode-loose.ts';
import { createPacketStream } from '../../../protocols/mqtt/packet-stream.ts';
import type { Random } from '../../../runtime/random.ts';
import { memoryLinkPair } from '../../../transport/memory-link.ts';
import type { CoreBroker } from './core-broker.ts';
import { ackOf, publishOf, quiet } from './core-client.contract.ts';

/** Messages of one history. */
export const MESSAGES = 12;
type Send = (packet: MqttPacket) => void;

export interface Party {
  /** After CONNACK: what has to be sent again, and what is new. */
  resume(send: Send): void;
  receive(packet: MqttPacket, send: Send): void;
}

/** One connection that is cut after so many packets, counting both directions: any packet boundary may be the last. */
export async function oneConnection(broker: Pick<CoreBroker, 'attach'>, clientId: string, version: ProtocolVersion, party: Party, budget: number): Promise<void> {
  const { a: link, b: server } = memoryLinkPair();
  broker.attach(server);
  let left = budget;
  const stream = createPacketStream({ from: 'server', version });
  const spend = (): boolean => {
    if (left <= 0) return false;
    left -= 1;
    if (left === 0) void quiet().then(() => link.destroy());
    return true;
  };
  const send = (packet: MqttPacket): void => {
    // Sent and perhaps lost: the link is cut while the bytes are on their way, or just after.
    if (spend()) void link.send(encodeLoose(packet, version)).catch(() => undefined);
  };
  link.onBytes((chunk) => {
    for (const event of stream.push(chunk)) {
      if (event.kind === 'violation') throw new Error(event.violation.because);
      if (!spend()) return;
      if (event.packet.type === 'connack') party.resume(send);
      else party.receive(event.packet, send);
    }
  });
  const properties = version === 5 ? { sessionExpiryIntervalS: 0xffff_ffff, receiveMaximum: 3 } : {};
  left += 1;
  send({ type: 'connect', protocolName: 'MQTT', protocolLevel: version, cleanStart: false, keepAliveS: 0, clientId, properties });
  for (let turn = 0; turn < 6; turn += 1) await quiet();
  if (left <= 0) link.destroy();
  else await link.close();
  await quiet();
}

/** A publisher by the book: resends with DUP what PUBREC has not answered, PUBREL for the rest; sometimes it sends a copy. */
export function publisher(qos: 1 | 2, random: Random): Party & { isDone(): boolean } {
  const state = new Map<number, 'published' | 'released'>();
  let next = 0;
  const publish = (index: number, dup: boolean, send: Send): void => send(publishOf('t', String(index), qos, { packetId: index + 1, dup }));
  const more = (send: Send): void => {
    while (next < MESSAGES && state.size < 3) {
      state.set(next, 'published');
      publish(next, false, send);
      if (qos === 2 && random.chance(0.3)) publish(next, true, send);
      next += 1;
    }
  };
  return {
    isDone: () => next === MESSAGES && state.size === 0,
    resume(send) {
      for (const [index, step] of state) {
        if (step === 'published') publish(index, true, send);
        else send(ackOf('pubrel', index + 1));
      }
      more(send);
    },
    receive(packet, send) {
      if (packet.type === 'puback') state.delete(packet.packetId - 1);
      if (packet.type === 'pubrec' && state.has(packet.packetId - 1)) {
        state.set(packet.packetId - 1, 'released');
        send(ackOf('pubrel', packet.packetId));
      }
      if (packet.type === 'pubcomp' && state.get(packet.packetId - 1) === 'released') state.delete(packet.packetId - 1);
      more(send);
    },
  };
}

/** A subscriber by the book: QoS 2 identifiers are held until PUBREL. */
export function subscriber(delivered: string[]): Party {
  const held = new Set<number>();
  return {
    resume: () => undefined,
    receive(packet, send) {
      if (packet.type === 'pubrel') {
        held.delete(packet.packetId);
        send(ackOf('pubcomp', packet.packetId));
      }
      if (packet.type !== 'publish' || packet.packetId === undefined) return;
      if (packet.qos === 1 || !held.has(packet.packetId)) delivered.push(Buffer.from(packet.payload).toString());
      if (packet.qos === 2) held.add(packet.packetId);
      send(ackOf(packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId));
    },
  };
}
