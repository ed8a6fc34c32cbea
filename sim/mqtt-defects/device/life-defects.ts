import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import type { MqttDecode } from '../../../hil/protocols/mqtt/decode-result.ts';
import { backward, onward } from '../rewrite.ts';
import type { DeviceDefect } from './device-defect.ts';
import { isFrom, stateful } from './exchange-defects.ts';
import { mangles, mistakes } from './mangle.ts';

/** Defects of sessions, of the life of a connection, of what comes wrong, of authentication, of coming back. */
export const LIFE_DEFECTS: readonly DeviceDefect[] = [
  mangles('forgets-unacknowledged', 'does not send again what was not acknowledged', 'publish', () => [], ({ dup }) => dup),
  mangles('resends-without-dup', 'sends again with DUP 0', 'publish', (packet) => ({ ...packet, dup: false }), ({ dup }) => dup),
  mangles('resends-with-new-id', 'sends again with another packet id', 'publish', (packet) => ({ ...packet, packetId: 4_321 }), ({ dup }) => dup),
  stateful('forgets-pubrel', 'does not send PUBREL again', () => ({ connectionIndex }) => ({ onPacket: (seen) => (connectionIndex > 0 && isFrom(seen, 'client', 'pubrel') ? [] : 'pass') })),
  stateful('resends-in-reverse', 'sends again in another order', () => () => {
    const held: Uint8Array[] = [];
    return {
      onPacket: ({ from, packet, bytes }) => {
        if (from !== 'client' || packet?.type !== 'publish' || !packet.dup) return 'pass';
        held.unshift(bytes);
        return held.length < 2 ? [] : held.splice(0).map((one) => onward('client', one));
      },
    };
  }),
  stateful('keeps-discarded-session', 'goes on with a session that the broker has not', () => ({ connectionIndex }) => ({
    onPacket: ({ from, packet, version }) => (connectionIndex > 0 && from === 'server' && packet?.type === 'connack' ? [onward('server', encodeLoose({ ...packet, sessionPresent: true }, version))] : 'pass'),
  })),
  stateful('resends-after-clean-start', 'sends what an earlier clean session left over', () => {
    let left: PublishPacket | undefined;
    return ({ connectionIndex }) => ({
      onPacket: ({ from, packet, bytes, version }) => {
        if (connectionIndex === 0 && from === 'client' && packet?.type === 'publish' && packet.qos > 0) left = packet;
        if (connectionIndex === 0 || from !== 'server' || packet?.type !== 'connack' || left === undefined) return 'pass';
        return [onward('server', bytes), backward('server', encodeLoose({ ...left, dup: true }, version))];
      },
    });
  }),
  mistakes('believes-session-present', 'takes a session present that it has no session for', 'connack', (connack) => ({ ...connack, sessionPresent: false })),
  stateful('changes-client-id', 'comes back under another client id', () => ({ connectionIndex }) => ({
    onPacket: ({ from, packet, version }) => (connectionIndex > 0 && from === 'client' && packet?.type === 'connect' ? [onward('client', encodeLoose({ ...packet, clientId: `again${connectionIndex}` }, version))] : 'pass'),
  })),
  stateful('resends-refused', 'does not take an acknowledgement that refuses as the end of a message', () => () => ({
    onPacket: ({ from, packet }) => (from === 'server' && (packet?.type === 'puback' || packet?.type === 'pubrec') && packet.reasonCode >= 0x80 ? [] : 'pass'),
  })),
  stateful('does-not-subscribe-again', 'does not subscribe again when its session has expired', () => ({ connectionIndex }) => ({ onPacket: (seen) => (connectionIndex > 0 && isFrom(seen, 'client', 'subscribe') ? [] : 'pass') })),
  stateful('ignores-violations', 'overlooks what breaks the standard', () => () => {
    let accepted = false;
    return {
      onPacket: ({ from, packet, decoded }) => {
        if (from !== 'server') return 'pass';
        const second = packet?.type === 'connack' && accepted;
        if (packet?.type === 'connack') accepted = true;
        return second || isBroken(decoded) || isForeign(packet?.type === 'publish' ? packet.properties.topicAlias : undefined) ? [] : 'pass';
      },
    };
  }),
  stateful('stays-after-disconnect', 'keeps the connection after DISCONNECT', () => () => ({ onEnd: (by) => (by === 'client' ? [] : 'pass') })),
  stateful('sends-after-disconnect', 'sends PINGREQ after DISCONNECT', () => () => ({
    onPacket: (seen) => (isFrom(seen, 'client', 'disconnect') ? [onward('client', seen.bytes), onward('client', encodeLoose({ type: 'pingreq' }, seen.version))] : 'pass'),
  })),
  stateful('never-pings', 'does not keep the connection alive', () => () => ({
    onPacket: (seen) => (isFrom(seen, 'client', 'pingreq') ? [backward('client', encodeLoose({ type: 'pingresp' }, seen.version))] : 'pass'),
  })),
  stateful('waits-for-no-pingresp', 'does not care whether PINGREQ is answered', () => () => ({
    onPacket: (seen) => (isFrom(seen, 'client', 'pingreq') ? [onward('client', seen.bytes), backward('client', encodeLoose({ type: 'pingresp' }, seen.version))] : 'pass'),
  })),
  mangles('disconnect-with-flags', 'sets a reserved flag of DISCONNECT', 'disconnect', (disconnect) => ({ ...disconnect, fixedHeaderFlags: 1 })),
  mangles('pings-before-connack', 'sends PINGREQ before CONNACK', 'connect', (connect) => [connect, { type: 'pingreq' }]),
  mangles('authenticates-unasked', 'sends AUTH without an authentication method', 'subscribe', (subscribe) => [{ type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'X' } }, subscribe]),
  mangles('answers-auth-with-0', 'answers AUTH with reason code 0x19', 'auth', (auth) => ({ ...auth, reasonCode: 0x19 }), ({ reasonCode }) => reasonCode === 0x18),
  mangles('changes-auth-method', 'names another authentication method in AUTH', 'auth', (auth) => ({ ...auth, properties: { ...auth.properties, authenticationMethod: 'OTHER' } })),
  mistakes('takes-any-auth-method', 'goes on with whatever authentication method comes', 'auth', () => [], ({ properties }) => properties.authenticationMethod !== 'ECHO'),
  { id: 'trusts-any-certificate', does: 'takes any certificate', tls: { verify: false } },
  { id: 'trusts-nothing', does: 'takes no certificate at all', tls: { ca: '' } },
  { id: 'takes-any-name', does: 'does not look at the name in the certificate', tls: { checkName: false } },
  { id: 'comes-back-at-once', does: 'connects again after the same short delay for ever', options: { backoffMs: 400, backoffMaxMs: 400, backoffJitter: 0 } },
  { id: 'comes-back-without-jitter', does: 'draws no delay', options: { backoffMs: 200, backoffMaxMs: 800, backoffJitter: 0 } },
  { id: 'does-not-come-back', does: 'stays away when the connection was lost', options: { reconnects: false } },
  { id: 'offers-no-sub-protocol', does: 'opens a WebSocket for something else than MQTT', subProtocol: 'other' },
  { id: 'sends-text-frames', does: 'sends its packets in text frames of a WebSocket', textFrames: true },
  { id: 'expects-whole-frames', does: 'takes each frame of a WebSocket for whole packets', wholeFrames: true },
];

/** Anything but what only the receiver's own limits break. */
function isBroken(decoded: MqttDecode): boolean {
  return decoded.kind === 'violation';
}

/** Far above what the virtual device announces. */
function isForeign(topicAlias: number | undefined): boolean {
  return topicAlias !== undefined && topicAlias > 1_000;
}
