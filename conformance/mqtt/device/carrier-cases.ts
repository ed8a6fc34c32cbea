import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { memberOf, wordOf, type DeviceBench } from './device-bench.ts';
import type { DevicePurpose } from './device-purpose.ts';

/** The outcome of the next handshake of TLS; `none` when the device began none. */
async function handshakeWith(bench: DeviceBench, listener: string): Promise<{ readonly kind: string; readonly told: string }> {
  await bench.start({ variant: 'tls', listener });
  const outcome = await bench.wire.act('handshake', { waitMs: bench.connectWaitMs });
  return { kind: wordOf(outcome, 'kind'), told: JSON.stringify(outcome) };
}

/** Handshakes that may fail before it is said that they do: the first may be one of the device as it was before its restart. */
const ATTEMPTS_MAX = 3;

/** As `handshakeWith`, but a failure counts only when the device fails again. */
async function secureWith(bench: DeviceBench, listener: string): Promise<{ readonly kind: string; readonly told: string }> {
  let last = await handshakeWith(bench, listener);
  for (let attempt = 1; last.kind === 'failed' && attempt < ATTEMPTS_MAX; attempt += 1) {
    const outcome = await bench.wire.act('handshake', { waitMs: bench.connectWaitMs });
    if (wordOf(outcome, 'kind') === 'none') break;
    last = { kind: wordOf(outcome, 'kind'), told: JSON.stringify(outcome) };
  }
  return last;
}

/** The device connects over TLS with a good certificate: what every refusal is compared with. Once for all cases. */
function goodTls(bench: DeviceBench): Promise<string> {
  return bench.wire.shared('a good TLS connection', async (wire) => {
    const own = bench.on(wire);
    const { kind, told } = await secureWith(own, 'tls');
    if (kind !== 'secure') return told;
    const opened = await own.tryOpen(own.context.pixit.answerTimeoutMs);
    await opened?.peer.cut();
    return opened?.first.kind === 'packet' || opened?.first.kind === 'malformed' ? '' : 'the handshake is done, and nothing comes';
  });
}

function refusing(number: number, listener: string, what: string, source: string, caughtBy: string): DevicePurpose {
  return {
    area: 'TLS',
    number,
    statements: { '3.1.1': [], '5.0': [] },
    source: source,
    purpose: `Over TLS the device sends nothing to a broker with ${what}`,
    requires: ['TLS'],
    caughtBy,
    run: async (bench) => {
      const problem = await goodTls(bench);
      if (problem !== '') inconclusiveCase(`the device does not connect to a good certificate either: ${problem}`);
      const { kind, told } = await secureWith(bench, listener);
      if (kind === 'none') inconclusiveCase('the device began no handshake');
      if (kind !== 'secure') return;
      // Some check the certificate when the handshake is done: what counts is that no packet comes.
      const opened = await bench.tryOpen(bench.context.pixit.answerTimeoutMs);
      if (opened?.first.kind === 'packet' || opened?.first.kind === 'malformed') failCase(`the device goes on with ${what}: ${told}`);
    },
  };
}

function connecting(number: number, listener: string, what: string, source: string): DevicePurpose {
  return {
    area: 'TLS',
    number,
    statements: { '3.1.1': [], '5.0': [] },
    source: source,
    level: 'should',
    purpose: `The device connects over TLS ${what}`,
    requires: ['TLS'],
    caughtBy: 'trusts-nothing',
    run: async (bench) => {
      const { kind, told } = await secureWith(bench, listener);
      if (kind === 'none') inconclusiveCase('the device began no handshake');
      if (kind !== 'secure') failCase(`the handshake failed: ${told}`);
      const opened = await bench.tryOpen(bench.context.pixit.answerTimeoutMs);
      if (opened?.first.kind !== 'packet') failCase('the handshake is done, and no CONNECT comes');
    },
  };
}

export const CARRIER_PURPOSES: readonly DevicePurpose[] = [
  connecting(1, 'tls', 'with a certificate that it can check', 'MQTT 3.1.1 and 5.0 section 5.4.3; RFC 5280 section 6'),
  refusing(2, 'tls-unknown-ca', 'a certificate of an unknown authority (RFC 5280 section 6)', 'RFC 5280 section 6', 'trusts-any-certificate'),
  refusing(3, 'tls-wrong-name', 'a certificate for another name (RFC 9525)', 'RFC 9525 section 6', 'takes-any-name'),
  refusing(4, 'tls-expired', 'a certificate that has expired (RFC 5280 section 6.1.3)', 'RFC 5280 section 6.1.3', 'trusts-any-certificate'),
  connecting(5, 'tls-long-chain', 'with a chain of twelve intermediate authorities', 'RFC 8446 sections 4.4.2 and 5.1'),
  connecting(6, 'tls-1.2-ecdsa-aes128-gcm', 'version 1.2, suite ECDHE-ECDSA-AES128-GCM-SHA256', 'RFC 9325 section 4.2'),
  connecting(7, 'tls-1.2-rsa-aes128-gcm', 'version 1.2, suite ECDHE-RSA-AES128-GCM-SHA256', 'RFC 9325 section 4.2'),
  {
    area: 'WEBSOCKET',
    number: 1,
    statements: { '3.1.1': ['MQTT-6.0.0-3'], '5.0': ['MQTT-6.0.0-3'] },
    purpose: 'Over WebSocket the device offers the sub-protocol mqtt',
    requires: ['WEBSOCKET'],
    caughtBy: 'offers-no-sub-protocol',
    run: async (bench) => {
      await bench.start({ variant: 'websocket', listener: 'websocket' });
      const protocols = memberOf(await bench.wire.act('offer', { waitMs: bench.connectWaitMs }), 'protocols');
      if (!Array.isArray(protocols)) inconclusiveCase('the device opened no WebSocket');
      if (!protocols.includes('mqtt')) failCase(`the device offers ${protocols.length === 0 ? 'no sub-protocol' : protocols.join(', ')}`);
    },
  },
  {
    area: 'WEBSOCKET',
    number: 2,
    statements: { '3.1.1': ['MQTT-6.0.0-1'], '5.0': ['MQTT-6.0.0-1'] },
    purpose: 'Over WebSocket the device sends its packets in binary frames',
    requires: ['WEBSOCKET'],
    caughtBy: 'sends-text-frames',
    run: async (bench) => {
      await bench.start({ variant: 'websocket', listener: 'websocket' });
      const opened = await bench.tryOpen();
      if (opened === undefined) inconclusiveCase('the device opened no WebSocket');
      if (opened.first.kind === 'closed' && opened.first.how === 'reset') failCase('the first frame of the device is no binary frame');
      if (opened.first.kind !== 'packet') inconclusiveCase('no CONNECT came');
    },
  },
  {
    area: 'WEBSOCKET',
    number: 3,
    statements: { '3.1.1': ['MQTT-6.0.0-2'], '5.0': ['MQTT-6.0.0-2'] },
    purpose: 'Over WebSocket the device takes a packet in several frames, and several packets in one',
    requires: ['WEBSOCKET', 'SUBSCRIBES'],
    caughtBy: 'expects-whole-frames',
    run: async (bench) => {
      await bench.start({ variant: 'websocket', listener: 'websocket' });
      const connection = await bench.accept();
      const topic = await bench.subscribedTopic(connection, 1);
      const packets = bench.encoded(bench.publishPacket(topic, { qos: 1, packetId: 21 }), bench.publishPacket(topic, { qos: 1, packetId: 22 }));
      await connection.sendBytes(packets.subarray(0, 3));
      await connection.sendBytes(packets.subarray(3));
      for (const id of [21, 22]) await connection.expectPacket('two messages cut into two frames elsewhere', 'puback', `for packet id ${id}`, ({ packetId }) => packetId === id);
    },
  },
];
