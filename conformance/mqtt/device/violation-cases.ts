import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { rawPacket } from '../../../hil/protocols/mqtt/raw-packet.ts';
import type { Heard } from '../bench/heard.ts';
import { inconclusiveCase } from '../../framework/case-stop.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DeviceConnection } from './device-connection.ts';
import type { DevicePurpose } from './device-purpose.ts';

const SURROGATE = Uint8Array.of(0x61, 0xed, 0xa0, 0x80);

type Stimulus = (bench: DeviceBench, connection: DeviceConnection) => Uint8Array | Promise<Uint8Array>;

const publishing = (fields: Parameters<DeviceBench['publishPacket']>[1] & { readonly topic?: string | Uint8Array }): Stimulus => async (bench, connection) =>
  encodeLoose(bench.publishPacket(await bench.subscribedTopic(connection, 0), { ...fields }), bench.version);
const bytes = (...values: readonly number[]): Stimulus => () => Uint8Array.from(values);

/** Something that no broker may send: the device has to end the connection. 5.0 says SHOULD of clients (section 4.13.1) save where a statement says MUST. */
function broken(number: number, what: string, statements: DevicePurpose['statements'], stimulus: Stimulus, more: Partial<DevicePurpose> = {}): DevicePurpose[] {
  const make = (standard: '3.1.1' | '5.0'): DevicePurpose[] => {
    const ids = statements[standard];
    if (ids === undefined) return [];
    return [
      {
        area: 'BROKEN',
        number,
        statements: standard === '3.1.1' ? { '3.1.1': ids } : { '5.0': ids },
        ...(ids.length === 0 ? { source: 'MQTT 5.0 section 4.13.1' } : {}),
        level: standard === '3.1.1' ? 'must' : 'should',
        purpose: `The device ends the connection when its broker sends ${what}`,
        requires: ['SUBSCRIBES'],
        caughtBy: 'ignores-violations',
        run: async (bench) => {
          const connection = await bench.fresh();
          await bench.subscribedTopic(connection, 0);
          await connection.serve(bench.context.pixit.quietMs);
          if (connection.ended) inconclusiveCase('the device ended the connection before');
          await connection.sendBytes(await stimulus(bench, connection));
          await connection.expectEnd(what);
        },
        ...more,
      },
    ];
  };
  return [...make('3.1.1'), ...make('5.0')];
}

export const VIOLATION_PURPOSES: readonly DevicePurpose[] = [
  ...broken(1, 'a PUBLISH with QoS 3', { '3.1.1': ['MQTT-3.3.1-4', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.3.1-4'] }, publishing({ qos: 3, packetId: 5 })),
  ...broken(2, 'a PINGRESP with reserved flags', { '3.1.1': ['MQTT-2.2.2-2'], '5.0': ['MQTT-2.1.3-1'] }, bytes(0xd3, 0)),
  ...broken(3, 'a topic that is no UTF-8', { '3.1.1': ['MQTT-1.5.3-1'], '5.0': ['MQTT-1.5.4-1'] }, publishing({ topic: SURROGATE })),
  ...broken(4, 'a topic with U+0000', { '3.1.1': ['MQTT-1.5.3-2'], '5.0': ['MQTT-1.5.4-2'] }, publishing({ topic: 'a\u0000b' })),
  ...broken(5, 'a packet of the reserved type 0', { '3.1.1': ['MQTT-4.8.0-1'], '5.0': [] }, bytes(0, 0)),
  ...broken(6, 'a SUBSCRIBE', { '3.1.1': ['MQTT-4.8.0-1'], '5.0': [] }, bytes(0x82, 6, 0, 9, 0, 1, 0x61, 0)),
  ...broken(7, 'a PUBLISH with packet id 0', { '3.1.1': ['MQTT-4.8.0-1'], '5.0': [] }, publishing({ qos: 1, packetId: 0 })),
  ...broken(8, 'a remaining length of five bytes', { '3.1.1': ['MQTT-4.8.0-1'], '5.0': [] }, () => rawPacket({ firstByte: 0x30, body: new Uint8Array(0), remainingLength: Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x01) })),
  ...broken(9, 'a topic with a wildcard', { '3.1.1': ['MQTT-4.8.0-1'], '5.0': [] }, publishing({ topic: 'a/#' })),
  ...broken(10, 'a second CONNACK', { '5.0': [] }, (bench) => encodeLoose({ type: 'connack', sessionPresent: false, reasonCode: 0, properties: NO_PROPERTIES }, bench.version)),
  ...broken(11, 'a topic alias above the maximum of the device', { '5.0': [] }, publishing({ properties: { topicAlias: 60_000 } })),
  ...broken(12, 'a DISCONNECT with reserved flags', { '5.0': ['MQTT-3.14.1-1'] }, bytes(0xe1, 0), { level: 'must' }),
  ...broken(13, 'an AUTH with reserved flags', { '5.0': ['MQTT-3.15.1-1'] }, bytes(0xf1, 0), { level: 'must' }),
  {
    area: 'BROKEN',
    number: 14,
    statements: { '5.0': ['MQTT-4.13.2-1'] },
    purpose: 'A device that finds an error in a packet ends the connection, whether or not it sends DISCONNECT',
    requires: ['SUBSCRIBES'],
    caughtBy: 'stays-after-disconnect',
    run: async (bench) => {
      const connection = await bench.fresh();
      await connection.sendBytes(Uint8Array.of(0xd3, 0));
      // A device that overlooks it names no error (section 4.13.1 says SHOULD), so there is nothing that has to follow.
      if ((await connection.until(reacts)) === undefined) inconclusiveCase('the device did not react to a PINGRESP with reserved flags');
      await connection.expectEnd('the error of a malformed packet');
    },
  },
];

function reacts(heard: Heard): boolean {
  return heard.kind === 'closed' || (heard.kind === 'packet' && heard.packet.type === 'disconnect' && heard.packet.reasonCode >= 0x80);
}
