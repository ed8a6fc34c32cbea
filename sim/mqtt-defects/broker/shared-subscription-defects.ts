import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { acceptsViolation } from '../accepts-violation.ts';
import type { DefectAction, DefectTools, DefectiveConnection, MqttDefect, SeenPacket } from '../mqtt-defect.ts';
import { chosen, rewrites } from '../rewrite.ts';
import { to } from '../version-5.ts';

/** Packet id of what the defect itself sends: no good server of ours gets that far. */
const OWN_PACKET_ID = 40_000;

/** Defects in shared subscriptions. */
export const SHARED_SUBSCRIPTION_DEFECTS: readonly MqttDefect[] = [
  rewrites('shares-at-published-qos', 'delivers messages at the QoS they were published with, whatever was granted', { from: 'server', type: 'publish', when: ({ qos }) => qos === 0 }, (packet) => ({
    ...packet,
    qos: 1,
    packetId: OWN_PACKET_ID,
  })),
  acceptsViolation(
    'grants-malformed-shared-filter',
    'takes shared filters without a proper share name or filter',
    ({ statement }) => statement === 'MQTT-4.8.2-1' || statement === 'MQTT-4.8.2-2',
  ),
  { id: 'forgets-shared-delivery-at-loss', does: 'forgets a delivery that was begun when the connection is lost', create: () => forgetAtLoss },
  {
    id: 'gives-begun-delivery-to-another',
    does: 'gives a message to another member when the connection of the first one ends',
    create: () => givingOn((seen) => chosen(seen, { from: 'client', type: 'disconnect' }) !== undefined),
  },
  {
    id: 'gives-refused-message-to-another',
    does: 'gives a message that one member refused to another member',
    create: () =>
      givingOn((seen) => {
        const answer = chosen(seen, { from: 'client', type: 'puback' }) ?? chosen(seen, { from: 'client', type: 'pubrec' });
        return answer !== undefined && answer.reasonCode >= 0x80;
      }),
  },
];

/** What the good server sends again is kept from the client. */
function forgetAtLoss(): DefectiveConnection {
  return {
    onPacket: (seen): 'pass' | DefectAction[] => (chosen(seen, { from: 'server', type: 'publish', when: ({ dup }) => dup }) === undefined ? 'pass' : []),
  };
}

/** A member of the same shared subscription. */
interface Member {
  readonly act: DefectTools['act'];
  filter?: string;
  begun?: PublishPacket;
}

/** At a certain packet of one member, the others with the same filter get the message that it has not finished. */
function givingOn(isOccasion: (seen: SeenPacket) => boolean): (tools: DefectTools) => DefectiveConnection {
  const members: Member[] = [];
  return ({ act }) => {
    const member: Member = { act };
    members.push(member);
    return {
      onPacket: (seen): 'pass' => {
        const filter = chosen(seen, { from: 'client', type: 'subscribe' })?.subscriptions[0]?.filter;
        if (filter?.startsWith('$share/') === true) member.filter = filter;
        const publish = chosen(seen, { from: 'server', type: 'publish', when: ({ qos }) => qos > 0 });
        if (publish !== undefined) member.begun = publish;
        const { begun } = member;
        if (begun !== undefined && isOccasion(seen)) {
          for (const other of members.filter((one) => one !== member && one.filter === member.filter && member.filter !== undefined)) {
            other.act([to('server', { ...begun, dup: false, packetId: OWN_PACKET_ID })]);
          }
        }
        return 'pass';
      },
    };
  };
}
