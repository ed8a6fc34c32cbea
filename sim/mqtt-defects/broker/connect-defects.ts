import type { MqttViolation } from '../../../hil/protocols/mqtt/decode-result.ts';
import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { decodePacket } from '../../../hil/protocols/mqtt/decode.ts';
import type { ProtocolVersion, PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { acceptsViolation, answerTo } from '../accepts-violation.ts';
import type { DefectTools, MqttDefect } from '../mqtt-defect.ts';
import { chosen, stateless } from '../rewrite.ts';

const SERVER_UNAVAILABLE = 3;
const PROTOCOL_LEVEL = 'MQTT-3.1.2-2';

/** Defects in how CONNECT is checked. */
export const CONNECT_DEFECTS: readonly MqttDefect[] = [
  accepts('takes-any-protocol-name', 'accepts every protocol name', ({ statement }) => statement === 'MQTT-3.1.2-1'),
  accepts('takes-any-protocol-level', 'accepts every protocol level', ({ statement }) => statement === PROTOCOL_LEVEL),
  stateless('ends-unknown-levels-silently', 'ends the connection of a client with an unknown protocol level without a CONNACK', ({ decoded }) =>
    decoded.kind === 'violation' && decoded.statement === PROTOCOL_LEVEL ? [{ do: 'closeClient' }] : 'pass',
  ),
  accepts('takes-reserved-connect-flag', 'does not look at the reserved flag', ({ because }) => because === 'the reserved connect flag is 1'),
  accepts('takes-will-qos-3', 'takes will QoS 3', ({ because }) => because === 'will QoS is 3'),
  accepts(
    'takes-will-flags-without-will',
    'does not look at will QoS and will retain without a will',
    ({ because }) => because.endsWith('without a will'),
  ),
  accepts(
    'takes-connects-without-flagged-fields',
    'does not miss the fields that the flags announce',
    ({ because }) => because.endsWith('are left') && !because.startsWith('client id'),
  ),
  accepts(
    'takes-connects-with-unflagged-fields',
    'does not look at what stands behind the last field that a flag announces',
    ({ because }) => because.endsWith('that a flag announces'),
  ),
  accepts(
    'takes-password-without-user-name',
    'takes a password without a user name',
    ({ because }) => because === 'a password without a user name',
  ),
  accepts(
    'takes-truncated-connect',
    'takes a CONNECT that ends before its client id does',
    ({ because }) => because.startsWith('client id') && because.endsWith('are left'),
  ),
  stateless('answers-malformed-connect', 'answers a malformed CONNECT with CONNACK before it ends the connection', ({ decoded }) => {
    if (decoded.kind !== 'violation' || decoded.packetType !== 'connect') return 'pass';
    const connack = encodeLoose(
      { type: 'connack', sessionPresent: false, reasonCode: SERVER_UNAVAILABLE, properties: NO_PROPERTIES },
      decoded.version ?? 4,
    );
    return [{ do: 'toClient', bytes: connack }, { do: 'closeClient' }];
  }),
  publishesForStrangers('processes-behind-refused-connect', 'processes what comes behind a CONNECT that it refuses', 'behind'),
  publishesForStrangers('forwards-before-connect', 'forwards a PUBLISH of somebody who has not sent CONNECT', 'before'),
  accepts('waits-for-connect', 'skips everything that comes before CONNECT', ({ statement }) => statement === 'MQTT-3.1.0-1'),
  stateless('takes-any-password', 'does not check passwords', (seen) => {
    const connect = chosen(seen, { from: 'client', type: 'connect', when: ({ password }) => password !== undefined });
    return connect === undefined ? 'pass' : answerTo({ ...seen, version: connect.protocolLevel === 5 ? 5 : 4 });
  }),
];

/** As if the violation were none: CONNACK with code 0, or nothing for what has no answer. */
function accepts(id: string, does: string, isMeant: (violation: MqttViolation) => boolean): MqttDefect {
  return acceptsViolation(
    id,
    does,
    (violation) => (violation.packetType === 'connect' || violation.statement === 'MQTT-3.1.0-1') && isMeant(violation),
  );
}

/**
 * A PUBLISH on a connection that was never accepted takes effect: it goes to the good server on the connections that were
 * accepted last. @param place - Before any CONNECT, or behind one that is refused.
 */
function publishesForStrangers(id: string, does: string, place: 'before' | 'behind'): MqttDefect {
  return {
    id,
    does,
    create: () => {
      const accepted = new Map<ProtocolVersion, DefectTools['act']>();
      return ({ act }) => {
        let isRefused = false;
        return {
          onPacket: ({ from, decoded, packet, version, bytes }) => {
            if (packet?.type === 'connack' && packet.reasonCode === 0) accepted.set(version, act);
            if (from === 'server' || decoded.kind !== 'violation') return 'pass';
            if (decoded.packetType === 'connect') isRefused = true;
            const publish = isRefused === (place === 'behind') ? strangersPublish(bytes) : undefined;
            if (publish !== undefined) for (const [each, actThere] of accepted) actThere([{ do: 'toServer', bytes: encodeLoose(publish, each) }]);
            return 'pass';
          },
        };
      };
    },
  };
}

/** Without CONNECT nothing says which version a PUBLISH is of: what reads as one of 5.0 is taken for that. */
function strangersPublish(bytes: Uint8Array): PublishPacket | undefined {
  for (const version of [5, 4] as const) {
    const decoded = decodePacket(bytes, version, { from: 'client' });
    if (decoded.kind === 'packet' && decoded.packet.type === 'publish') return decoded.packet;
  }
  return undefined;
}
