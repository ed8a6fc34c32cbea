import type { MqttDefect } from '../mqtt-defect.ts';
import type { ConnectPacket, MqttWill } from '../../../hil/protocols/mqtt/packet.ts';
import { rewrites, swallows } from '../rewrite.ts';
import { without } from '../version-5.ts';

/** Defects in what becomes of a will and its delay. */
export const WILL_PROPERTY_DEFECTS: readonly MqttDefect[] = [
  rewrites('loses-wills', 'does not keep the will of a client', { from: 'client', type: 'connect' }, ({ will: _lost, ...packet }) => packet),
  rewrites('ignores-will-delay', 'publishes wills at once, whatever their delay', { from: 'client', type: 'connect' }, (packet) =>
    changedWill(packet, (will) => ({ ...will, properties: without(will.properties, 'willDelayIntervalS') })),
  ),
  rewrites('publishes-will-in-spite-of-return', 'publishes a will although the client came back before its delay had passed', { from: 'client', type: 'connect' }, (packet) =>
    changedWill(packet, (will) => ({ ...will, properties: without(will.properties, 'willDelayIntervalS') })),
  ),
  swallows('will-delay-outlives-session', 'holds a will back for its whole delay, also when the session ends before', {
    from: 'server',
    type: 'publish',
    when: ({ payload }) => Buffer.from(payload).toString() === 'will',
  }),
  rewrites(
    'takes-disconnect-with-will-for-normal',
    'takes every DISCONNECT for a normal one',
    { from: 'client', type: 'disconnect' },
    (packet) => ({ ...packet, reasonCode: 0 }),
  ),
  rewrites(
    'takes-normal-disconnect-for-loss',
    'publishes the will whatever DISCONNECT says',
    { from: 'client', type: 'disconnect' },
    (packet) => ({ ...packet, reasonCode: 0x04 }),
  ),
];

function changedWill(packet: ConnectPacket, change: (will: MqttWill) => MqttWill): ConnectPacket {
  return packet.will === undefined ? packet : { ...packet, will: change(packet.will) };
}
