import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMosquitto, type MosquittoBroker } from '../../../sim/fleet/mosquitto-broker.contract.ts';
import { describeWith, MOSQUITTO } from '../../runtime/foreign-program.contract.ts';
import { realClock } from '../../runtime/real-clock.ts';
import type { ByteLink } from '../../transport/byte-link.ts';
import { connectTcp } from '../../transport/tcp-link.ts';
import { encodePacket } from './encode.ts';
import type { MqttPacket, PacketType, ProtocolVersion } from './packet.ts';
import { createPacketStream, type PacketStreamEvent } from './packet-stream.ts';
import { NO_PROPERTIES } from './properties.ts';
import { BAD_IN_V4, BAD_IN_V5, badInBoth } from './violations.contract.ts';

const none = { properties: NO_PROPERTIES };
const PING: MqttPacket = { type: 'pingreq' };

/** Violations that mosquitto 2.0.11 takes without closing, by their name in `violations.contract.ts`; it is not asked about them. */
const TAKEN_BY_MOSQUITTO: Readonly<Record<ProtocolVersion, readonly string[]>> = {
  4: ['type 13 from a client', 'flags of PINGREQ', 'flags of PUBACK', 'DUP with QoS 0', 'PINGREQ with a body', 'PUBACK with a code'],
  5: [
    'type 13 from a client', 'flags of PINGREQ', 'flags of PUBACK', 'DUP with QoS 0', 'PINGREQ with a body', 'padded remaining length',
    'wildcard in a response topic', 'empty response topic', 'subscription identifier from a client', 'authentication data without a method',
    'no share name', 'share name alone', 'share name and no filter', 'no local on a share',
    'code of PUBACK', 'code of PUBREC', 'code of PUBREL', 'code of PUBCOMP',
  ],
};

describeWith([MOSQUITTO], 'mosquitto judges the codec', () => {
  let broker: MosquittoBroker | undefined;

  beforeAll(async () => {
    broker = await startMosquitto();
  });

  afterAll(() => broker?.stop());

  describe.each([4, 5] as const)('protocol level %i', (version) => {
    test('it understands what is encoded, and what it sends decodes', async () => {
      const client = await open(version);
      client.send(connectOf(version, 'codec'));
      await client.until('connack');
      client.send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: 'codec/+/#', qos: 2, noLocal: false, retainAsPublished: true, retainHandling: 0 }], properties: version === 4 ? NO_PROPERTIES : { subscriptionIdentifiers: [321] } });
      await client.until('suback');
      const properties = { messageExpiryIntervalS: 500, contentType: 'té', responseTopic: 'r', correlationData: Uint8Array.of(0), userProperties: [['k', '2'], ['k', '1']] } as const;
      const publish = { type: 'publish', dup: false, qos: 2, retain: true, topic: 'codec/A\u{2A6D4}\uFEFF', packetId: 2, payload: new Uint8Array(20_000).fill(9), properties } as const;
      client.send(publish);
      await client.until('pubrec');
      client.send({ type: 'pubrel', packetId: 2, reasonCode: 0, ...none });
      const received = await client.until('publish');
      expect(received).toMatchObject({ type: 'publish', dup: false, qos: 2, retain: version === 5, topic: publish.topic, payload: publish.payload });
      if (version === 5) expect(received).toMatchObject({ properties: { ...properties, messageExpiryIntervalS: expect.any(Number), subscriptionIdentifiers: [321] } });
      client.send({ type: 'unsubscribe', packetId: 3, filters: ['codec/+/#'], ...none }, { type: 'publish', dup: false, qos: 0, retain: true, topic: publish.topic, payload: new Uint8Array(0), ...none });
      await client.until('unsuback');
      client.send(PING);
      await client.until('pingresp');
      client.send({ type: 'disconnect', reasonCode: 0, ...none });
      await client.closed;
      expect(client.violations()).toEqual([]);
    });

    const bad = [...badInBoth(version), ...(version === 4 ? BAD_IN_V4 : BAD_IN_V5)].filter(({ from, name }) => from !== 'server' && !TAKEN_BY_MOSQUITTO[version].includes(name));
    test.each(bad)('it too refuses: $name', async ({ bytes }) => {
      const client = await open(version);
      if (bytes[0] !== undefined && bytes[0] >> 4 !== 1) client.send(connectOf(version, 'bad'));
      client.sendBytes(bytes);
      client.send(PING);
      const end = await Promise.race([client.closed.then(() => 'refused'), client.until('pingresp').then(() => 'taken')]);
      client.destroy();
      expect(end).toBe('refused');
    });
  });

  interface Client {
    readonly closed: Promise<unknown>;
    send(...packets: readonly MqttPacket[]): void;
    sendBytes(bytes: Uint8Array): void;
    /** The next packet of that type. */
    until(type: PacketType): Promise<MqttPacket>;
    violations(): PacketStreamEvent[];
    destroy(): void;
  }

  async function open(version: ProtocolVersion): Promise<Client> {
    const link: ByteLink = await connectTcp({ host: '127.0.0.1', port: broker?.port ?? 0 }, { clock: realClock, timeoutMs: 5_000 });
    const stream = createPacketStream({ version, from: 'server' });
    const events: PacketStreamEvent[] = [];
    let wake = (): void => undefined;
    link.onBytes((chunk) => {
      events.push(...stream.push(chunk));
      wake();
    });
    const sendBytes = (bytes: Uint8Array): void => {
      // A broker that has closed already is one of the outcomes.
      link.send(bytes).catch(() => undefined);
    };
    return {
      closed: link.closed,
      sendBytes,
      send: (...packets) => packets.forEach((packet) => sendBytes(encodePacket(packet, version))),
      until: async (type) => {
        for (;;) {
          const event = events.find((one) => one.kind === 'packet' && one.packet.type === type);
          if (event?.kind === 'packet') return event.packet;
          await new Promise<void>((resolve) => (wake = resolve));
        }
      },
      violations: () => events.filter(({ kind }) => kind === 'violation'),
      destroy: () => link.destroy(),
    };
  }
});

function connectOf(version: ProtocolVersion, clientId: string): MqttPacket {
  return { type: 'connect', protocolName: 'MQTT', protocolLevel: version, cleanStart: true, keepAliveS: 60, clientId: `${clientId}${version}`, ...none };
}
