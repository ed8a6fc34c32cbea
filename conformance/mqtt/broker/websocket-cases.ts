import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { rawBytes } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose, PurposeStatements } from './broker-purpose.ts';
import { OTHER_SUBPROTOCOL, WEBSOCKET, WEBSOCKET_LIST, WEBSOCKET_LIST_ANY, WEBSOCKET_MQTT, WEBSOCKET_OTHER, WEBSOCKET_TEXT } from './websocket-targets.ts';

const FRAMES: PurposeStatements = { '3.1.1': ['MQTT-6.0.0-1'], '5.0': ['MQTT-6.0.0-1'] };
const ALIGNMENT: PurposeStatements = { '3.1.1': ['MQTT-6.0.0-2'], '5.0': ['MQTT-6.0.0-2'] };
const SUBPROTOCOL: PurposeStatements = { '3.1.1': ['MQTT-6.0.0-4'], '5.0': ['MQTT-6.0.0-4'] };

/** MQTT over WebSocket, section 6 of both standards. The defects are of the carrier: they change frames, not packets. */
export const WEBSOCKET_PURPOSES: readonly BrokerPurpose[] = [
  subprotocol(1, 'A broker that is offered the subprotocol mqtt selects it', 'websocket-without-subprotocol', async (bench) => {
    if ((await bench.wire.open('a', WEBSOCKET_MQTT)) === 'refused') failCase('a: the SUT upgrades the connection and does not select the subprotocol mqtt');
  }),
  {
    area: 'WEBSOCKET',
    number: 2,
    version: 1,
    statements: FRAMES,
    purpose: 'The broker sends its packets in binary frames',
    requires: ['WEBSOCKET'],
    caughtBy: 'websocket-answers-in-text-frames',
    run: async (bench) => {
      const peer = await open(bench, 'a', WEBSOCKET);
      await peer.send(bench.connectPacket('a'));
      await peer.expectPacket('CONNECT in a binary frame', 'connack');
      await peer.send(bench.subscribePacket(1, [{ filter: bench.topic('a'), qos: 0 }]));
      await peer.expectPacket('SUBSCRIBE in a binary frame', 'suback');
      await peer.send({ type: 'pingreq' });
      await peer.expectPacket('PINGREQ in a binary frame', 'pingresp');
    },
  },
  {
    area: 'WEBSOCKET',
    number: 3,
    version: 1,
    statements: FRAMES,
    purpose: 'A text frame makes the broker end the connection',
    requires: ['WEBSOCKET'],
    caughtBy: 'websocket-takes-text-frames',
    run: async (bench) => {
      const peer = await open(bench, 'a', WEBSOCKET_TEXT);
      await peer.send(bench.connectPacket('a'));
      await peer.needPacket('CONNECT in a binary frame', 'connack', 'that accepts', ({ reasonCode }) => reasonCode === 0);
      // All its bytes are ASCII: a text frame whose text is no UTF-8 would be the end of any WebSocket (RFC 6455 section 8.1).
      await peer.send(bench.publishPacket(bench.topic('a')));
      await peer.expectEnd('PUBLISH in a text frame');
    },
  },
  {
    area: 'WEBSOCKET',
    number: 4,
    version: 1,
    statements: ALIGNMENT,
    purpose: 'A packet may be spread over frames',
    requires: ['WEBSOCKET'],
    caughtBy: 'websocket-wants-a-packet-in-a-frame',
    run: async (bench) => {
      const peer = await open(bench, 'a', WEBSOCKET);
      const connect = encodeLoose(bench.connectPacket('a'), bench.version);
      for (const part of [connect.subarray(0, 1), connect.subarray(1, 9), connect.subarray(9)]) await peer.sendBytes(part);
      await peer.expectPacket('CONNECT in three frames', 'connack');
    },
  },
  subprotocol(5, 'A broker that is offered several subprotocols, mqtt among them, selects mqtt', 'websocket-selects-what-comes-first', async (bench) => {
    if ((await bench.wire.open('a', WEBSOCKET_LIST)) === 'open') return;
    // It may refuse the whole connection; if it takes it, the sub-protocol is mqtt.
    await open(bench, 'b', WEBSOCKET_LIST_ANY);
    failCase(`b: the SUT is offered ${OTHER_SUBPROTOCOL} and mqtt, upgrades the connection and does not select mqtt`);
  }),
  subprotocol(6, 'A broker does not select another subprotocol, even if that is the only one offered', 'websocket-selects-what-comes-first', async (bench) => {
    if ((await bench.wire.open('a', WEBSOCKET_OTHER)) === 'open') failCase(`a: the SUT selects the subprotocol ${OTHER_SUBPROTOCOL}`);
  }),
  {
    area: 'WEBSOCKET',
    number: 7,
    version: 1,
    statements: ALIGNMENT,
    purpose: 'A frame may hold several packets, and a part of another one',
    requires: ['WEBSOCKET'],
    caughtBy: 'websocket-wants-a-packet-in-a-frame',
    run: async (bench) => {
      const peer = await open(bench, 'a', WEBSOCKET);
      await peer.send(bench.connectPacket('a'));
      await peer.needPacket('CONNECT in a frame of its own', 'connack', 'that accepts', ({ reasonCode }) => reasonCode === 0);
      const subscribe = encodeLoose(bench.subscribePacket(1, [{ filter: bench.topic('a'), qos: 0 }]), bench.version);
      const ping = encodeLoose({ type: 'pingreq' }, bench.version);
      await peer.sendBytes(rawBytes(subscribe, ping, ping.subarray(0, 1)));
      await peer.sendBytes(ping.subarray(1));
      const answers = [...(await heardTypes(peer, 3))].toSorted();
      if (answers.join() !== 'pingresp,pingresp,suback') failCase(`a: two packets and a half in a frame, and the other half in the next one, were answered with ${answers.join(', ')}`);
    },
  },
];

/** A case about the answer to the opening handshake; first of all the SUT has to upgrade a connection to a WebSocket. */
function subprotocol(number: number, purpose: string, caughtBy: string, judge: BrokerPurpose['run']): BrokerPurpose {
  return {
    area: 'WEBSOCKET',
    number,
    version: 1,
    statements: SUBPROTOCOL,
    purpose,
    requires: ['WEBSOCKET'],
    caughtBy,
    run: async (bench) => {
      await open(bench, 'first', WEBSOCKET);
      await judge(bench);
    },
  };
}

/** A WebSocket to the SUT, or inconclusive. */
async function open(bench: MqttBench, label: string, target: string): Promise<Peer> {
  if ((await bench.wire.open(label, target)) === 'refused') inconclusiveCase(`${label}: the SUT takes no WebSocket connection`);
  return bench.peer(label);
}

/** The types of what comes next; the order of answers to different packets is the SUT's own. */
async function heardTypes(peer: Peer, count: number): Promise<readonly string[]> {
  const types: string[] = [];
  while (types.length < count) {
    const heard = await peer.expect(`${types.length} of ${count} answers`, { says: 'another one', accepts: ({ kind }) => kind === 'packet' });
    if (heard.kind === 'packet') types.push(heard.packet.type);
  }
  return types;
}
