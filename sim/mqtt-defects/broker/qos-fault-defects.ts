import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { messageKey } from '../message-key.ts';
import type { DefectAction, MqttDefect, SeenPacket } from '../mqtt-defect.ts';
import { chosen, onward } from '../rewrite.ts';
import { remembersClients } from './client-memory.ts';

/** Packet id of what the relay publishes in the name of a client; no client of a test uses it. */
const OWN_ID = 65_000;
/** After so long without an answer a slow handshake goes wrong, milliseconds. */
const SLOW_MS = 300;

/** Ways in which a broker that receives breaks the handshakes of QoS 1 and 2. */
export const QOS_RECEIVER_DEFECTS: readonly MqttDefect[] = [
  publisherDefect('takes-dup-for-known', 'takes any PUBLISH with DUP for a copy of one that it has', (seen, publish) => (publish.dup ? [answer(seen, publish)] : 'pass')),
  publisherDefect('delivers-resent-publish-again', 'delivers a PUBLISH that comes again a second time', (seen, publish) => (publish.dup ? [copy(seen, publish), passOn(seen)] : 'pass')),
  publisherDefect('ignores-copies', 'does not answer a PUBLISH with DUP', (_seen, publish) => (publish.dup ? [] : 'pass')),
  remembersClients('acknowledges-and-loses', 'acknowledges the first QoS 1 message of a client and loses it', () => (seen, memory) => {
    const publish = chosen(seen, { from: 'client', type: 'publish' });
    if (publish?.qos !== 1) return 'pass';
    const lost = memory.notes.get('lost') ?? messageKey(publish);
    memory.notes.set('lost', lost);
    return lost === messageKey(publish) ? [answer(seen, publish)] : 'pass';
  }),
  remembersClients('republishes-at-reconnect', 'publishes the last message of a client again when this connects again', () => (seen, { connections, sent }) => {
    const own = dropOwnAnswer(seen);
    if (own !== 'pass' || chosen(seen, { from: 'server', type: 'connack' }) === undefined || connections < 2 || sent === undefined) return own;
    return [passOn(seen), copy(seen, sent)];
  }),
  remembersClients('keeps-packet-ids-forever', 'takes every later PUBLISH with a packet id for a copy of the first one', () => (seen, { notes }) => {
    const publish = chosen(seen, { from: 'client', type: 'publish' });
    if (publish?.packetId === undefined) return 'pass';
    const first = notes.get(publish.packetId) ?? messageKey(publish);
    notes.set(publish.packetId, first);
    return first === messageKey(publish) ? 'pass' : [answer(seen, publish)];
  }),
  { id: 'forgets-unreleased-at-reconnect', does: 'loses QoS 2 messages between PUBREC and PUBREL when the connection ends', create: () => () => ({ onPacket: forgetsUnreleased() }) },
  {
    id: 'ignores-unknown-pubrel',
    does: 'does not answer PUBREL for a packet id that it does not know from this connection',
    create: () => () => {
      const known = new Set<number>();
      return {
        onPacket: (seen) => {
          const publish = chosen(seen, { from: 'client', type: 'publish' });
          if (publish?.packetId !== undefined) known.add(publish.packetId);
          const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
          return pubrel === undefined || known.delete(pubrel.packetId) ? 'pass' : [];
        },
      };
    },
  },
  remembersClients('delivers-at-every-pubrel', 'delivers a message again at a second PUBREL', () => (seen, { notes, sent }) => {
    const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
    if (pubrel === undefined || sent === undefined) return dropOwnAnswer(seen);
    if (notes.has(`released ${pubrel.packetId}`)) return [copy(seen, sent), passOn(seen)];
    notes.set(`released ${pubrel.packetId}`, '');
    return 'pass';
  }),
  remembersClients('redelivers-slow-handshakes', 'publishes a message again when its PUBREL is slow', ({ act }) => {
    const waiting = new Set<number>();
    return (seen, { sent }) => {
      const pubrec = chosen(seen, { from: 'server', type: 'pubrec' });
      const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
      if (pubrel !== undefined && waiting.delete(pubrel.packetId)) return 'pass';
      if (pubrel !== undefined && sent !== undefined) return [copy(seen, sent), passOn(seen)];
      if (pubrec === undefined) return dropOwnAnswer(seen);
      waiting.add(pubrec.packetId);
      act([afterwards(() => void waiting.delete(pubrec.packetId))]);
      return 'pass';
    };
  }),
];

/** Ways in which a broker that sends breaks them. */
export const QOS_SENDER_DEFECTS: readonly MqttDefect[] = [
  resentDefect('resends-without-dup', 'resends PUBLISH with DUP 0', (publish) => [{ ...publish, dup: false }]),
  remembersClients('loses-messages-while-away', 'loses messages that come while the client is away', () => (seen, memory) => {
    if (chosen(seen, { from: 'client', type: 'connect' }) !== undefined) memory.notes.delete('is back');
    const publish = chosen(seen, { from: 'server', type: 'publish' });
    if (publish === undefined || memory.connections < 2 || memory.notes.has('is back')) return 'pass';
    memory.notes.set('is back', '');
    return [];
  }),
  { id: 'resumes-nothing', does: 'resends neither PUBLISH nor PUBREL when a session is resumed', create: resumesNothing },
  remembersClients('resends-publish-after-pubrel', 'resends PUBLISH in place of PUBREL', () => {
    const received = new Set<number>();
    return (seen, memory) => {
      const pubrec = chosen(seen, { from: 'client', type: 'pubrec' });
      if (pubrec !== undefined) received.add(pubrec.packetId);
      const pubrel = chosen(seen, { from: 'server', type: 'pubrel' });
      if (pubrel === undefined || received.has(pubrel.packetId) || memory.received === undefined) return 'pass';
      return [toClient(seen, { ...memory.received, dup: true })];
    };
  }),
  { id: 'new-packet-id-at-resend', does: 'gives a message another packet id when it resends it', create: () => () => ({ onPacket: newPacketId() }) },
  redelivers('redelivers-at-reconnect', 'sends the last message again whenever the client connects', (last) => ({ ...last, dup: true })),
  redelivers('redelivers-as-new-at-reconnect', 'sends the last message as a new one whenever the client connects', (last) => ({ ...last, dup: false, packetId: OWN_ID })),
  { id: 'resends-in-reverse', does: 'resends what is unanswered in reverse order', create: () => ({ act }) => ({ onPacket: reversed(act) }) },
  slowDefect('resends-live-without-dup', 'resends PUBLISH on a live connection, with DUP 0', 'publish', (publish) => ({ ...publish, dup: false })),
  slowDefect('resends-publish-after-pubrel-live', 'sends PUBLISH again when PUBCOMP is slow', 'pubrel', (publish) => ({ ...publish, dup: true })),
  remembersClients('redelivers-at-second-answer', 'sends a message again when PUBACK, PUBREC or PUBCOMP comes twice', () => {
    const answered = new Set<string>();
    return (seen, { received }) => {
      const { packet, from } = seen;
      if (from !== 'client' || packet === undefined || (packet.type !== 'puback' && packet.type !== 'pubrec' && packet.type !== 'pubcomp')) return 'pass';
      const key = `${packet.type} ${packet.packetId}`;
      if (!answered.has(key) || received === undefined) {
        answered.add(key);
        return 'pass';
      }
      return [toClient(seen, { ...received, dup: true })];
    };
  }),
];

/** A defect in how PUBLISH of QoS 1 and 2 is taken; the answers to what the relay publishes itself are swallowed. */
function publisherDefect(id: string, does: string, change: (seen: SeenPacket, publish: PublishPacket) => 'pass' | readonly DefectAction[]): MqttDefect {
  return {
    id,
    does,
    create: () => () => ({
      onPacket: (seen) => {
        const publish = chosen(seen, { from: 'client', type: 'publish' });
        return publish === undefined || publish.qos === 0 ? dropOwnAnswer(seen) : change(seen, publish);
      },
    }),
  };
}

/** A defect in what is resent: PUBLISH with DUP. */
function resentDefect(id: string, does: string, change: (publish: PublishPacket) => readonly LoosePacket[]): MqttDefect {
  return {
    id,
    does,
    create: () => () => ({
      onPacket: (seen) => {
        const publish = chosen(seen, { from: 'server', type: 'publish' });
        return publish?.dup === true ? change(publish).map((packet) => toClient(seen, packet)) : 'pass';
      },
    }),
  };
}

/** Answers PUBLISH of QoS 2 itself, and hands the message to the good server only at its PUBREL. */
function forgetsUnreleased(): (seen: SeenPacket) => 'pass' | readonly DefectAction[] {
  const held = new Map<number, DefectAction>();
  const releasing = new Set<number>();
  return (seen) => {
    const publish = chosen(seen, { from: 'client', type: 'publish' });
    if (publish?.qos === 2 && publish.packetId !== undefined) {
      held.set(publish.packetId, passOn(seen));
      return [answer(seen, publish)];
    }
    const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
    const message = held.get(pubrel?.packetId ?? 0);
    if (pubrel !== undefined && message !== undefined) {
      held.delete(pubrel.packetId);
      releasing.add(pubrel.packetId);
      return [message];
    }
    const pubrec = chosen(seen, { from: 'server', type: 'pubrec' });
    if (pubrec === undefined || !releasing.delete(pubrec.packetId)) return 'pass';
    return [toServer(seen, { type: 'pubrel', packetId: pubrec.packetId, reasonCode: 0, properties: {} })];
  };
}

/** Swallows what an earlier connection of any client has seen already, and every PUBREL without PUBREC on its connection. */
function resumesNothing(): () => { onPacket(seen: SeenPacket): 'pass' | readonly DefectAction[] } {
  const sentOn = new Map<string, number>();
  let connections = 0;
  return () => {
    connections += 1;
    const own = connections;
    const received = new Set<number>();
    return {
      onPacket: (seen) => {
        const pubrec = chosen(seen, { from: 'client', type: 'pubrec' });
        if (pubrec !== undefined) received.add(pubrec.packetId);
        const publish = chosen(seen, { from: 'server', type: 'publish' });
        if (publish !== undefined) {
          const first = sentOn.get(messageKey(publish)) ?? own;
          sentOn.set(messageKey(publish), first);
          return first === own ? 'pass' : [];
        }
        const pubrel = chosen(seen, { from: 'server', type: 'pubrel' });
        return pubrel === undefined || received.has(pubrel.packetId) ? 'pass' : [];
      },
    };
  };
}

function newPacketId(): (seen: SeenPacket) => 'pass' | readonly DefectAction[] {
  const changed = new Map<number, number>();
  return (seen) => {
    const { packet, from } = seen;
    if (packet === undefined || !('packetId' in packet) || packet.packetId === undefined) return 'pass';
    if (from === 'client') {
      const original = [...changed].find(([, given]) => given === packet.packetId)?.[0];
      return original === undefined ? 'pass' : [toServer(seen, { ...packet, packetId: original })];
    }
    if (packet.type === 'publish' && packet.dup) changed.set(packet.packetId, packet.packetId + 1_000);
    const given = changed.get(packet.packetId);
    return given === undefined ? 'pass' : [toClient(seen, { ...packet, packetId: given })];
  };
}

/** Sends something after CONNACK that the client had before. */
function redelivers(id: string, does: string, change: (last: PublishPacket) => PublishPacket): MqttDefect {
  return remembersClients(id, does, () => (seen, { connections, received }) => {
    const isBack = chosen(seen, { from: 'server', type: 'connack' }) !== undefined && connections > 1;
    return isBack && received !== undefined ? [passOn(seen), toClient(seen, change(received))] : 'pass';
  });
}

/** Holds back what is resent for a moment, and lets it go the other way round. */
function reversed(act: (actions: readonly DefectAction[]) => void): (seen: SeenPacket) => 'pass' | readonly DefectAction[] {
  const held: DefectAction[] = [];
  return (seen) => {
    if (chosen(seen, { from: 'server', type: 'publish' })?.dup !== true) return 'pass';
    // What comes later stands nearer to the front, and each timer lets go what is first by then.
    held.unshift(passOn(seen));
    act([afterwards(() => held.shift())]);
    return [];
  };
}

/** Sends the last PUBLISH again when a packet of the server's is not answered in time. */
function slowDefect(id: string, does: string, after: 'publish' | 'pubrel', change: (publish: PublishPacket) => PublishPacket): MqttDefect {
  return remembersClients(id, does, ({ act }) => {
    const waiting = new Map<number, DefectAction>();
    return (seen, { received }) => {
      const { packet, from } = seen;
      if (packet === undefined || !('packetId' in packet) || packet.packetId === undefined) return 'pass';
      const { packetId } = packet;
      if (from === 'client') {
        waiting.delete(packetId);
        return 'pass';
      }
      if (packet.type !== after) return 'pass';
      const last = packet.type === 'publish' ? { ...packet, payload: new Uint8Array(packet.payload) } : received;
      if (last === undefined || last.qos === 0) return 'pass';
      waiting.set(packetId, toClient(seen, change(last)));
      act([
        afterwards(() => {
          const resent = waiting.get(packetId);
          waiting.delete(packetId);
          return resent;
        }),
      ]);
      return 'pass';
    };
  });
}

/** The packet as it came. */
function passOn({ from, bytes }: SeenPacket): DefectAction {
  return onward(from, bytes);
}

function toServer({ version }: SeenPacket, packet: LoosePacket): DefectAction {
  return onward('client', encodeLoose(packet, version));
}

function toClient({ version }: SeenPacket, packet: LoosePacket): DefectAction {
  return onward('server', encodeLoose(packet, version));
}

/** A message once more, published at QoS 1 in the name of the client. */
function copy(seen: SeenPacket, publish: PublishPacket): DefectAction {
  return toServer(seen, { ...publish, dup: false, qos: 1, packetId: OWN_ID });
}

/** The answer that a PUBLISH would have had from the server. */
function answer(seen: SeenPacket, { qos, packetId = 0 }: PublishPacket): DefectAction {
  return toClient(seen, { type: qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode: 0, properties: {} });
}

/** The client must not see the answer to what it never sent. */
function dropOwnAnswer(seen: SeenPacket): 'pass' | readonly DefectAction[] {
  return chosen(seen, { from: 'server', type: 'puback' })?.packetId === OWN_ID ? [] : 'pass';
}

/** Something that is looked up only when its time has come. */
function afterwards(look: () => DefectAction | undefined): DefectAction {
  const now = (): readonly DefectAction[] => {
    const action = look();
    return action === undefined ? [] : [action];
  };
  return { do: 'later', ms: SLOW_MS, actions: [{ do: 'decide', choose: now }] };
}
