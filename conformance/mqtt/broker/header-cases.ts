import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import type { Qos } from '../../../hil/protocols/mqtt/packet.ts';
import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { rawBytes, rawField, rawPacket, rawUint16 } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { acknowledgement, text, type MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import { expectRefused } from '../bench/refusal.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';

const FLAGS: PurposeStatements = { '3.1.1': ['MQTT-2.2.2-2'], '5.0': ['MQTT-2.1.3-1', 'MQTT-4.13.1-1'] };
const VIOLATION: PurposeStatements = { '3.1.1': ['MQTT-4.8.0-1'], '5.0': ['MQTT-4.13.1-1'] };
const NO_PACKET_ID: PurposeStatements = { '3.1.1': ['MQTT-2.3.1-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-2.2.1-3', 'MQTT-4.13.1-1'] };

const CONNACK = { type: 'connack', sessionPresent: false, reasonCode: 0, properties: NO_PROPERTIES } as const;
const SUBACK = { type: 'suback', packetId: 1, reasonCodes: [0], properties: NO_PROPERTIES } as const;
const UNSUBACK = { type: 'unsuback', packetId: 1, reasonCodes: [0], properties: NO_PROPERTIES } as const;

/** Fixed headers that no receiver may take: flags, types, lengths. */
export const HEADER_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'HEADER',
    number: 2,
    version: 1,
    statements: FLAGS,
    purpose: 'A CONNECT with wrong fixed header flags is refused, and the connection ends',
    caughtBy: 'takes-wrong-connect-flags',
    run: async (bench) => {
      const peer = await bench.open('a');
      await peer.send({ ...bench.connectPacket('a'), fixedHeaderFlags: 0b0001 });
      await expectRefused(peer, 'a CONNECT with fixed header flags 0001');
    },
  },
  ends(
    3,
    FLAGS,
    'A PINGREQ with wrong fixed header flags makes the broker end the connection',
    'takes-wrong-flags',
    () => ({ type: 'pingreq', fixedHeaderFlags: 0b0100 }),
  ),
  {
    area: 'HEADER',
    number: 4,
    version: 1,
    statements: FLAGS,
    purpose: 'A PUBACK with wrong fixed header flags makes the broker end the connection',
    requires: ['QOS1'],
    caughtBy: 'takes-wrong-flags',
    run: async (bench) => {
      const { peer, packetId } = await delivered(bench, 1);
      await peer.send({ ...acknowledgement('puback', packetId), fixedHeaderFlags: 0b0001 });
      await peer.expectEnd('a PUBACK with fixed header flags 0001');
    },
  },
  {
    area: 'HEADER',
    number: 5,
    version: 1,
    statements: FLAGS,
    purpose: 'A PUBREC with wrong fixed header flags makes the broker end the connection',
    requires: ['QOS2'],
    caughtBy: 'takes-wrong-flags',
    run: async (bench) => {
      const { peer, packetId } = await delivered(bench, 2);
      await peer.send({ ...acknowledgement('pubrec', packetId), fixedHeaderFlags: 0b0010 });
      await peer.expectEnd('a PUBREC with fixed header flags 0010');
    },
  },
  {
    area: 'HEADER',
    number: 6,
    version: 1,
    statements: FLAGS,
    purpose: 'A PUBCOMP with wrong fixed header flags makes the broker end the connection',
    requires: ['QOS2'],
    caughtBy: 'takes-wrong-flags',
    run: async (bench) => {
      const { peer, packetId } = await delivered(bench, 2);
      await peer.send(acknowledgement('pubrec', packetId));
      await peer.needPacket('PUBREC', 'pubrel', `for packet id ${packetId}`, (pubrel) => pubrel.packetId === packetId);
      await peer.send({ ...acknowledgement('pubcomp', packetId), fixedHeaderFlags: 0b0010 });
      await peer.expectEnd('a PUBCOMP with fixed header flags 0010');
    },
  },
  ends(
    7,
    VIOLATION,
    'A packet of the reserved type 0 makes the broker end the connection',
    'takes-reserved-types',
    () => rawPacket({ firstByte: 0x00, body: new Uint8Array(0) }),
  ),
  ends(
    8,
    { '3.1.1': ['MQTT-4.8.0-1'] },
    'A packet of the reserved type 15 makes the broker end the connection',
    'takes-reserved-types',
    () => rawPacket({ firstByte: 0xf0, body: new Uint8Array(0) }),
  ),
  ends(9, VIOLATION, 'A CONNACK from a client makes the broker end the connection', 'takes-packets-of-servers', () => CONNACK),
  ends(10, VIOLATION, 'A SUBACK from a client makes the broker end the connection', 'takes-packets-of-servers', () => SUBACK),
  ends(11, VIOLATION, 'An UNSUBACK from a client makes the broker end the connection', 'takes-packets-of-servers', () => UNSUBACK),
  ends(12, VIOLATION, 'A PINGRESP from a client makes the broker end the connection', 'takes-packets-of-servers', () => ({ type: 'pingresp' })),
  ends(13, VIOLATION, 'A remaining length that goes on after four bytes makes the broker end the connection', 'takes-endless-lengths', () =>
    rawPacket({ firstByte: 0xc0, remainingLength: Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x01), body: new Uint8Array(8) }),
  ),
  ends(14, VIOLATION, 'A topic filter that is longer than its packet makes the broker end the connection', 'takes-truncated-packets', ({ version }, topic) =>
    rawPacket({ firstByte: 0x82, body: rawBytes(rawUint16(1), ...(version === 5 ? [0] : []), rawField(topic, 500)) }),
  ),
  ends(15, VIOLATION, 'A PUBLISH that ends within its packet identifier makes the broker end the connection', 'takes-truncated-packets', (_bench, topic) =>
    rawPacket({ firstByte: 0x32, body: rawBytes(rawField(topic), 0) }),
  ),
  ends(
    16,
    NO_PACKET_ID,
    'A SUBSCRIBE with packet identifier 0 makes the broker end the connection',
    'takes-packet-id-zero',
    (bench, topic) => bench.subscribePacket(0, [{ filter: topic, qos: 0 }]),
  ),
  ends(17, NO_PACKET_ID, 'An UNSUBSCRIBE with packet identifier 0 makes the broker end the connection', 'takes-packet-id-zero', (_bench, topic) => ({
    type: 'unsubscribe',
    packetId: 0,
    filters: [topic],
    properties: NO_PROPERTIES,
  })),
  {
    ...ends(
      18,
      NO_PACKET_ID,
      'A QoS 1 PUBLISH with packet identifier 0 makes the broker end the connection',
      'takes-packet-id-zero',
      (bench, topic) => bench.publishPacket(topic, { qos: 1, packetId: 0 }),
    ),
    requires: ['QOS1'],
  },
  {
    ...ends(
      19,
      NO_PACKET_ID,
      'A QoS 2 PUBLISH with packet identifier 0 makes the broker end the connection',
      'takes-packet-id-zero',
      (bench, topic) => bench.publishPacket(topic, { qos: 2, packetId: 0 }),
    ),
    requires: ['QOS2'],
  },
  ends(28, { '3.1.1': ['MQTT-3.14.1-1'], '5.0': ['MQTT-3.14.1-1', 'MQTT-4.13.1-1'] }, 'A DISCONNECT with wrong fixed header flags makes the broker end the connection', 'takes-wrong-flags-of-disconnect', () => ({
    type: 'disconnect',
    reasonCode: 0,
    properties: NO_PROPERTIES,
    fixedHeaderFlags: 0b0001,
  })),
  {
    area: 'HEADER',
    number: 20,
    version: 1,
    statements: { '5.0': ['MQTT-4.13.2-1'] },
    purpose: 'A broker that names an error in DISCONNECT, and one that names none, ends the connection',
    caughtBy: 'stays-after-its-disconnect',
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      await peer.send(bench.connectPacket('a'));
      await peer.expectEnd('a second CONNECT');
    },
  },
];

type Stimulus = (bench: MqttBench, topic: string) => LoosePacket | Uint8Array;

/** A packet on a connection in good standing that must end it. */
function ends(number: number, statements: PurposeStatements, purpose: string, caughtBy: string, stimulus: Stimulus): BrokerPurpose {
  return {
    area: 'HEADER',
    number,
    version: 1,
    statements,
    purpose,
    caughtBy,
    run: async (bench) => {
      const { peer } = await bench.connected('a');
      const packet = stimulus(bench, bench.topic('a'));
      await peer.sendBytes(packet instanceof Uint8Array ? packet : encodeLoose(packet, bench.version));
      await peer.expectEnd('that packet');
    },
  };
}

/** A subscriber with a PUBLISH of this QoS that it has not answered yet. */
async function delivered(bench: MqttBench, qos: Qos): Promise<{ readonly peer: Peer; readonly packetId: number }> {
  const topic = bench.topic('delivered');
  const { peer } = await bench.connected('subscriber');
  await bench.subscribed(peer, { filter: topic, qos });
  const { peer: publisher } = await bench.connected('publisher');
  await bench.published(publisher, topic, { payload: text('x'), qos });
  const { packetId = 0 } = await peer.needPacket('the publication', 'publish', `at QoS ${qos}`, (publish) => publish.qos === qos);
  return { peer, packetId };
}
