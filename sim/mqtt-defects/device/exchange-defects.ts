import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { MqttPacket, PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { DefectAction, DefectiveConnection, DefectTools, SeenPacket } from '../mqtt-defect.ts';
import { backward, onward } from '../rewrite.ts';
import { without } from '../version-5.ts';
import type { DeviceDefect } from './device-defect.ts';
import { mangles, mistakes } from './mangle.ts';

type Acknowledging = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';

/** A defect that remembers something for as long as the device runs. */
export function stateful(id: string, does: string, create: () => (tools: DefectTools) => DefectiveConnection): DeviceDefect {
  return { id, does, relay: { id, does, create } };
}

/** The packet of a type that one side sends; undefined for anything else. */
export function isFrom(seen: SeenPacket, from: 'client' | 'server', type: MqttPacket['type']): boolean {
  return seen.from === from && seen.packet?.type === type;
}

function wrongId(type: Acknowledging): DeviceDefect {
  return mangles(`${type}-with-wrong-id`, `answers by ${type.toUpperCase()} with another packet id`, type, (packet) => ({ ...packet, packetId: (packet.packetId % 65_535) + 1 }));
}

/** Holds the first packet of a type back until the second has gone. */
function swaps(type: Acknowledging): DeviceDefect {
  return stateful(`swaps-${type}s`, `sends the second ${type.toUpperCase()} before the first`, () => () => {
    let held: Uint8Array | undefined;
    let done = false;
    return {
      onPacket: (seen) => {
        if (done || !isFrom(seen, 'client', type)) return 'pass';
        if (held === undefined) {
          held = seen.bytes;
          return [];
        }
        done = true;
        return [onward('client', seen.bytes), onward('client', held)];
      },
    };
  });
}

function tooLarge(type: Acknowledging | 'disconnect' | 'auth'): DeviceDefect {
  return mangles(`${type}-too-large`, `gives a long reason in ${type.toUpperCase()}, whatever the broker takes`, type, (packet) => ({ ...packet, properties: { ...packet.properties, reasonString: 'why '.repeat(100) } }));
}

function ignores(id: string, ...names: Parameters<typeof without>[1][]): DeviceDefect {
  return mistakes(id, `does not look at ${names.join(' and ')} of CONNACK`, 'connack', (connack) => ({ ...connack, properties: without(connack.properties, ...names) }));
}

function publish({ packet }: SeenPacket): PublishPacket | undefined {
  return packet?.type === 'publish' ? packet : undefined;
}

function again(packet: PublishPacket, version: SeenPacket['version']): DefectAction {
  return onward('client', encodeLoose({ ...packet, dup: true }, version));
}

export const EXCHANGE_DEFECTS: readonly DeviceDefect[] = [
  wrongId('puback'),
  wrongId('pubrec'),
  wrongId('pubrel'),
  mangles('never-acknowledges', 'sends no PUBACK', 'puback', () => []),
  mangles('never-completes', 'sends no PUBCOMP', 'pubcomp', () => []),
  mangles('never-releases', 'sends no PUBREL', 'pubrel', () => []),
  stateful('acknowledges-qos-0', 'acknowledges messages at QoS 0', () => () => ({
    onPacket: (seen) => {
      if (seen.from !== 'server' || publish(seen)?.qos !== 0) return 'pass';
      return [onward('server', seen.bytes), backward('server', encodeLoose({ type: 'puback', packetId: 1, reasonCode: 0, properties: NO_PROPERTIES }, seen.version))];
    },
  })),
  stateful('takes-each-id-once', 'loses every message whose packet id it has seen before', () => () => {
    const known = new Set<number>();
    return {
      onPacket: (seen) => {
        const packetId = seen.from === 'server' ? publish(seen)?.packetId : undefined;
        if (packetId === undefined) return 'pass';
        if (known.has(packetId)) return [];
        known.add(packetId);
        return 'pass';
      },
    };
  }),
  swaps('puback'),
  swaps('pubrec'),
  swaps('pubrel'),
  stateful('refuses-topic-aliases', 'ends the connection at a topic alias that it announced to take', () => () => ({
    onPacket: (seen) => (seen.from === 'server' && publish(seen)?.properties.topicAlias !== undefined ? [{ do: 'closeServer' }, { do: 'closeClient' }] : 'pass'),
  })),
  stateful('chokes-on-large-payload', 'ends the connection at a large payload', () => () => ({
    onPacket: ({ from, bytes }) => (from === 'server' && bytes.length > 10_000 ? [{ do: 'closeServer' }, { do: 'closeClient' }] : 'pass'),
  })),
  mangles('reuses-packet-ids', 'publishes everything with packet id 7', 'publish', (packet) => ({ ...packet, packetId: 7 }), ({ qos }) => qos > 0),
  mangles('dup-at-first', 'publishes with DUP 1 at once', 'publish', (packet) => ({ ...packet, dup: true }), ({ qos }) => qos > 0),
  stateful('publishes-again-after-pubrel', 'publishes once more after PUBREL', () => () => {
    const sent = new Map<number, PublishPacket>();
    return {
      onPacket: (seen) => {
        const packet = seen.from === 'client' ? publish(seen) : undefined;
        if (packet?.packetId !== undefined) sent.set(packet.packetId, packet);
        if (seen.from !== 'client' || seen.packet?.type !== 'pubrel') return 'pass';
        const before = sent.get(seen.packet.packetId);
        return [onward('client', seen.bytes), ...(before === undefined ? [] : [again(before, seen.version)])];
      },
    };
  }),
  stateful('resends-on-live-connection', 'sends what is not acknowledged again on the same connection', () => () => ({
    onPacket: (seen) => {
      const packet = seen.from === 'client' ? publish(seen) : undefined;
      if (packet === undefined || packet.qos === 0) return 'pass';
      return [onward('client', seen.bytes), { do: 'later', ms: 200, actions: [again(packet, seen.version)] }];
    },
  })),
  ignores('ignores-maximum-qos', 'maximumQos'),
  ignores('ignores-retain-available', 'retainAvailable'),
  ignores('ignores-maximum-packet-size', 'maximumPacketSizeBytes'),
  ignores('ignores-receive-maximum', 'receiveMaximum'),
  ignores('ignores-server-keep-alive', 'serverKeepAliveS'),
  mangles('ignores-topic-alias-maximum', 'uses topic alias 9, whatever the broker takes', 'publish', (packet) => ({ ...packet, properties: { ...packet.properties, topicAlias: 9 } })),
  stateful('keeps-topic-aliases', 'uses the topic aliases of an earlier connection', () => ({ connectionIndex }) => ({
    onPacket: (seen) => {
      const packet = seen.from === 'client' && connectionIndex > 0 ? publish(seen) : undefined;
      return packet?.properties.topicAlias === undefined ? 'pass' : [onward('client', encodeLoose({ ...packet, topic: '' }, 5))];
    },
  })),
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp', 'disconnect', 'auth'] as const).map(tooLarge),
];
