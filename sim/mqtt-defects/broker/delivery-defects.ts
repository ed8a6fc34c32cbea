import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { mendsViolation, withFlags0010 } from '../mends-violation.ts';
import type { DefectAction, DefectiveConnection, MqttDefect } from '../mqtt-defect.ts';
import { perClient } from '../per-client.ts';
import { backward, chosen, onward, rewrites, stateless, swallows } from '../rewrite.ts';

const FROM_SERVER = { from: 'server', type: 'publish' } as const;
const RESEND_AFTER_MS = 50;
/** No good server is at this packet id in a test. */
const OWN_PACKET_ID = 40_000;

/** Defects in acknowledgements, in the handshakes of QoS 1 and 2, in sending again, and in order. */
export const DELIVERY_DEFECTS: readonly MqttDefect[] = [
  otherPacketId('answers-with-other-packet-id', 'puts another packet identifier into PUBACK and PUBREC', ['puback', 'pubrec']),
  otherPacketId('completes-other-packet-id', 'puts another packet identifier into PUBCOMP', ['pubcomp']),
  otherPacketId('releases-other-packet-id', 'puts another packet identifier into PUBREL', ['pubrel']),
  {
    id: 'drops-repeated-qos-1-ids',
    does: 'takes a QoS 1 PUBLISH under an earlier packet identifier for a repetition',
    create: () => () => dropsRepeated(1),
  },
  {
    id: 'drops-repeated-qos-2-ids',
    does: 'takes a QoS 2 PUBLISH under an earlier packet identifier for a repetition',
    create: () => () => dropsRepeated(2),
  },
  rewrites(
    'gives-one-packet-id-to-all',
    'sends all messages under one packet identifier',
    { ...FROM_SERVER, when: ({ qos }) => qos > 0 },
    (packet) => ({ ...packet, packetId: 1 }),
  ),
  swallows('forgets-unacknowledged', 'does not send again what was not acknowledged', { ...FROM_SERVER, when: ({ dup }) => dup }),
  rewrites(
    'redelivers-without-dup',
    'sends messages again with DUP 0',
    { ...FROM_SERVER, when: ({ dup }) => dup },
    (packet) => ({ ...packet, dup: false }),
  ),
  { id: 'takes-any-puback', does: 'takes any PUBACK for that of the oldest message', create: () => takesAnyPuback },
  swallows('loses-acknowledgements', 'takes no notice of PUBACK', { from: 'client', type: 'puback' }),
  stateless('resends-refused-messages', 'keeps messages that the client refused', (seen) =>
    [chosen(seen, { from: 'client', type: 'puback' }), chosen(seen, { from: 'client', type: 'pubrec' })].some((packet) => (packet?.reasonCode ?? 0) >= 0x80) ? [] : 'pass',
  ),
  stateless('resends-on-live-connection', 'sends a message again when its acknowledgement takes long', (seen) => {
    const publish = chosen(seen, { ...FROM_SERVER, when: ({ qos }) => qos > 0 });
    if (publish === undefined) return 'pass';
    return [onward('server', seen.bytes), { do: 'later', ms: RESEND_AFTER_MS, actions: [onward('server', encodeLoose({ ...publish, dup: true }, seen.version))] }];
  }),
  swallows('ignores-resent-publish', 'does not answer a PUBLISH with DUP 1', { from: 'client', type: 'publish', when: ({ dup }) => dup }),
  { id: 'delivers-each-qos-2-copy', does: 'delivers each copy of a QoS 2 PUBLISH', create: perClient(() => new Set<number>(), deliversEachCopy) },
  {
    id: 'delivers-at-publish-and-pubrel',
    does: 'delivers a QoS 2 message when PUBLISH comes and when PUBREL does',
    create: perClient(() => new Map<number, PublishPacket>(), deliversTwice),
  },
  {
    id: 'completes-each-id-once',
    does: 'does not answer a PUBREL that it answered before',
    create: perClient(() => new Set<number>(), completesOnce),
  },
  { id: 'forgets-pubrel', does: 'does not send PUBREL again when a session is resumed', create: () => forgetsPubrel },
  {
    id: 'redelivers-publish-after-pubrel',
    does: 'begins a QoS 2 message from the start when a session is resumed, also after PUBREL',
    create: perClient(() => new Map<number, PublishPacket>(), resendsAfterPubrel),
  },
  {
    id: 'resends-completed-messages',
    does: 'sends completed messages again when a session is resumed',
    create: perClient((): PublishPacket[] => [], resendsCompleted),
  },
  mendsViolation('takes-pubrel-with-any-flags', 'takes a PUBREL whatever its flags', (statement) => statement === 'MQTT-3.6.1-1', withFlags0010),
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((type) =>
    rewrites(
      `${type}-with-unlisted-code`,
      `sends ${type.toUpperCase()} with a reason code that it does not have`,
      { from: 'server', type },
      (packet) => ({ ...packet, reasonCode: 0x55 }),
    ),
  ),
  { id: 'leaves-unknown-pubrel-unanswered', does: 'does not answer a PUBREL with an unknown packet identifier', create: () => ignoresUnknownPubrel },
  { id: 'swaps-messages', does: 'delivers the second of two messages first', create: () => () => swapping(() => true) },
  { id: 'resends-in-other-order', does: 'sends messages again in another order', create: () => () => swapping(({ dup }) => dup) },
];

type Answer = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';

function otherPacketId(id: string, does: string, types: readonly Answer[]): MqttDefect {
  return stateless(id, does, (seen) => {
    for (const type of types) {
      const answer = chosen(seen, { from: 'server', type });
      if (answer !== undefined) return [onward('server', encodeLoose({ ...answer, packetId: (answer.packetId % 65_535) + 1 }, seen.version))];
    }
    return 'pass';
  });
}

/** Ids that were acknowledged stay used up: a PUBLISH under one of them is acknowledged and goes no further. */
function dropsRepeated(qos: 1 | 2): DefectiveConnection {
  const used = new Set<number>();
  const dropping = new Set<number>();
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      const publish = chosen(seen, { from: 'client', type: 'publish', when: (packet) => packet.qos === qos });
      const packetId = publish?.packetId ?? 0;
      if (publish !== undefined && used.has(packetId)) {
        dropping.add(packetId);
        return [backward('client', encodeLoose({ type: qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode: 0, properties: NO_PROPERTIES }, seen.version))];
      }
      used.add(packetId);
      const pubrel = chosen(seen, { from: 'client', type: 'pubrel', when: (packet) => dropping.delete(packet.packetId) });
      return pubrel === undefined ? 'pass' : [backward('client', encodeLoose({ ...pubrel, type: 'pubcomp' }, seen.version))];
    },
  };
}

function takesAnyPuback(): DefectiveConnection {
  const pending: number[] = [];
  return {
    onPacket: (seen) => {
      const publish = chosen(seen, { ...FROM_SERVER, when: ({ qos }) => qos === 1 });
      if (publish !== undefined) pending.push(publish.packetId ?? 0);
      const puback = chosen(seen, { from: 'client', type: 'puback' });
      const packetId = puback === undefined ? undefined : pending.shift();
      return puback === undefined || packetId === undefined ? 'pass' : [onward('client', encodeLoose({ ...puback, packetId }, seen.version))];
    },
  };
}

/** The good server gets the copies of one message under packet ids of their own. */
function deliversEachCopy(published: Set<number>): DefectiveConnection {
  let copies = 0;
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      const publish = chosen(seen, { from: 'client', type: 'publish', when: ({ qos }) => qos === 2 });
      if (publish?.packetId !== undefined) {
        if (!published.has(publish.packetId)) {
          published.add(publish.packetId);
          return 'pass';
        }
        copies += 1;
        const own = { ...publish, packetId: OWN_PACKET_ID + copies };
        const { packetId } = publish;
        return [
          onward('client', encodeLoose(own, seen.version)),
          onward('client', encodeLoose({ type: 'pubrel', packetId: own.packetId, reasonCode: 0, properties: NO_PROPERTIES }, seen.version)),
          backward('client', encodeLoose({ type: 'pubrec', packetId, reasonCode: 0, properties: NO_PROPERTIES }, seen.version)),
        ];
      }
      return isOwnAnswer(seen) ? [] : 'pass';
    },
  };
}

function isOwnAnswer(seen: Parameters<typeof chosen>[0]): boolean {
  const answer = chosen(seen, { from: 'server', type: 'pubrec' }) ?? chosen(seen, { from: 'server', type: 'pubcomp' });
  return answer !== undefined && answer.packetId >= OWN_PACKET_ID;
}

/** At PUBREL, the message is published once more, at QoS 2 under another packet id. */
function deliversTwice(published: Map<number, PublishPacket>): DefectiveConnection {
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      const publish = chosen(seen, { from: 'client', type: 'publish', when: ({ qos }) => qos === 2 });
      if (publish?.packetId !== undefined) published.set(publish.packetId, publish);
      const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
      const again = published.get(pubrel?.packetId ?? 0);
      if (pubrel === undefined || again === undefined) return isOwnAnswer(seen) ? [] : 'pass';
      return [
        onward('client', encodeLoose({ ...again, packetId: OWN_PACKET_ID }, seen.version)),
        onward('client', encodeLoose({ ...pubrel, packetId: OWN_PACKET_ID }, seen.version)),
        onward('client', seen.bytes),
      ];
    },
  };
}

function completesOnce(completed: Set<number>): DefectiveConnection {
  return {
    onPacket: (seen) => {
      const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
      if (pubrel === undefined) return 'pass';
      const isKnown = completed.has(pubrel.packetId);
      completed.add(pubrel.packetId);
      return isKnown ? [] : 'pass';
    },
  };
}

/** A PUBREL that no PUBREC on the same connection asked for is one that is sent again. */
function forgetsPubrel(): DefectiveConnection {
  const asked = new Set<number>();
  return {
    onPacket: (seen) => {
      const pubrec = chosen(seen, { from: 'client', type: 'pubrec' });
      if (pubrec !== undefined) asked.add(pubrec.packetId);
      const pubrel = chosen(seen, { from: 'server', type: 'pubrel' });
      return pubrel === undefined || asked.has(pubrel.packetId) ? 'pass' : [];
    },
  };
}

function resendsAfterPubrel(sent: Map<number, PublishPacket>): DefectiveConnection {
  const here = new Set<number>();
  return {
    onPacket: (seen) => {
      const publish = chosen(seen, { ...FROM_SERVER, when: ({ qos }) => qos === 2 });
      if (publish?.packetId !== undefined) {
        sent.set(publish.packetId, publish);
        here.add(publish.packetId);
      }
      const pubrel = chosen(seen, { from: 'server', type: 'pubrel', when: ({ packetId }) => !here.has(packetId) });
      const first = sent.get(pubrel?.packetId ?? 0);
      if (pubrel === undefined || first === undefined) return 'pass';
      here.add(pubrel.packetId);
      return [onward('server', encodeLoose({ ...first, dup: true }, seen.version))];
    },
  };
}

/** Behind a CONNACK that resumes a session, the last message of QoS 2 comes once more. */
function resendsCompleted(sent: PublishPacket[]): DefectiveConnection {
  return {
    onPacket: (seen) => {
      const last = chosen(seen, { ...FROM_SERVER, when: ({ qos }) => qos === 2 }) ?? sent[0];
      if (last !== undefined) sent[0] = last;
      const resumed = chosen(seen, { from: 'server', type: 'connack', when: ({ sessionPresent }) => sessionPresent });
      return resumed === undefined || last === undefined ? 'pass' : [onward('server', seen.bytes), onward('server', encodeLoose({ ...last, dup: true }, seen.version))];
    },
  };
}

function ignoresUnknownPubrel(): DefectiveConnection {
  const known = new Set<number>();
  return {
    onPacket: (seen) => {
      known.add(chosen(seen, { from: 'client', type: 'publish' })?.packetId ?? 0);
      const pubrel = chosen(seen, { from: 'client', type: 'pubrel' });
      return pubrel === undefined || known.has(pubrel.packetId) ? 'pass' : [];
    },
  };
}

/** Of two messages that the choice fits, the second goes first. */
function swapping(isChosen: (packet: PublishPacket) => boolean): DefectiveConnection {
  let held: Uint8Array | undefined;
  return {
    onPacket: (seen) => {
      if (chosen(seen, { ...FROM_SERVER, when: isChosen }) === undefined) return 'pass';
      const first = held;
      held = first === undefined ? seen.bytes : undefined;
      return first === undefined ? [] : [onward('server', seen.bytes), onward('server', first)];
    },
  };
}
