import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { rawBytes } from '../../../hil/protocols/mqtt/raw-packet.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { connectionEnd } from '../bench/heard.ts';
import type { MqttBench } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/**
 * Targets of `CaseWire.open` that the carrier has to know. Both dial the SUT's WebSocket address and offer the
 * subprotocol `mqtt`: `refused` when the server answers the handshake and does not select it. Each send is one data
 * frame: a binary one, or on `WEBSOCKET_TEXT` a text one. What comes in binary frames is the bytes of the connection; a
 * text frame from the SUT ends it with an error. A carrier that knows them says so by the PIXIT value
 * `websocketTargets: true`; without it these cases would run over plain TCP, so they judge nothing then.
 */
export const WEBSOCKET = 'websocket';
export const WEBSOCKET_TEXT = 'websocket-text';

/** MQTT over WebSocket, section 6 of both standards. The defects are of the carrier: they change frames, not packets. */
export const WEBSOCKET_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'WEBSOCKET',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-6.0.0-4'], '5.0': ['MQTT-6.0.0-4'] },
    purpose: 'The broker selects the subprotocol mqtt',
    requires: ['WEBSOCKET'],
    caughtBy: 'websocket-without-subprotocol',
    run: async (bench) => {
      if ((await dial(bench, 'a', WEBSOCKET)) === 'refused') failCase('a: the SUT does not select the subprotocol mqtt');
    },
  },
  {
    area: 'WEBSOCKET',
    number: 2,
    version: 1,
    statements: { '3.1.1': ['MQTT-6.0.0-1'], '5.0': ['MQTT-6.0.0-1'] },
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
    statements: { '3.1.1': ['MQTT-6.0.0-1'], '5.0': ['MQTT-6.0.0-1'] },
    purpose: 'A text frame makes the broker end the connection',
    requires: ['WEBSOCKET'],
    caughtBy: 'websocket-takes-text-frames',
    run: async (bench) => {
      const peer = await open(bench, 'a', WEBSOCKET_TEXT);
      await peer.send({ type: 'pingreq' });
      await peer.expect('a text frame', connectionEnd);
    },
  },
  {
    area: 'WEBSOCKET',
    number: 4,
    version: 1,
    statements: { '3.1.1': ['MQTT-6.0.0-2'], '5.0': ['MQTT-6.0.0-2'] },
    purpose: 'Packets may be spread over frames, and one frame may hold several',
    requires: ['WEBSOCKET'],
    caughtBy: 'websocket-wants-a-packet-in-a-frame',
    run: async (bench) => {
      const peer = await open(bench, 'a', WEBSOCKET);
      const connect = encodeLoose(bench.connectPacket('a'), bench.version);
      for (const part of [connect.subarray(0, 1), connect.subarray(1, 9), connect.subarray(9)]) await peer.sendBytes(part);
      await peer.expectPacket('CONNECT in three frames', 'connack');
      const subscribe = encodeLoose(bench.subscribePacket(1, [{ filter: bench.topic('a'), qos: 0 }]), bench.version);
      const ping = encodeLoose({ type: 'pingreq' }, bench.version);
      await peer.sendBytes(rawBytes(subscribe, ping, ping.subarray(0, 1)));
      await peer.sendBytes(ping.subarray(1));
      await peer.expectPacket('two packets and a half in a frame', 'suback');
      await peer.expectPacket('two packets and a half in a frame', 'pingresp');
      await peer.expectPacket('the other half in the next frame', 'pingresp');
    },
  },
];

/** Connected over WebSocket, or inconclusive. */
async function open(bench: MqttBench, label: string, target: string): Promise<Peer> {
  if ((await dial(bench, label, target)) === 'refused') inconclusiveCase(`${label}: the SUT takes no WebSocket connection`);
  return bench.peer(label);
}

function dial({ context, wire }: MqttBench, label: string, target: string): Promise<'open' | 'refused'> {
  if (context.pixit.values['websocketTargets'] !== true) inconclusiveCase('the tester has no WebSocket carrier here');
  return wire.open(label, target);
}
