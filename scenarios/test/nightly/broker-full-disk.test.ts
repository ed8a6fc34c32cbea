import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { ConnackPacket, MqttPacket } from '../../../hil/protocols/mqtt/packet.ts';
import { createPacketStream } from '../../../hil/protocols/mqtt/packet-stream.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { connectTcp } from '../../../hil/transport/tcp-link.ts';
import { createCliServices } from '../cli-services.ts';
import { KillSubscriber } from '../kill-parties.ts';

const FACTS = z.object({ ports: z.object({ mqtt: z.number(), http: z.number() }) });
const PAYLOAD_BYTES = 20_000;
const services = createCliServices();
const undo: (() => void)[] = [];

afterEach(async () => {
  await services.stop();
  for (const step of undo.splice(0).toReversed()) step();
});

/** A small disk; undefined where nobody may mount one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'fp-disk-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder]).status === 0;
  if (!isMounted) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  undo.push(() => {
    spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Publishes until the broker ends the connection. @returns the numbers that were acknowledged. */
async function publishUntilClosed(port: number, from: number): Promise<{ readonly acked: number[]; readonly connack: ConnackPacket | undefined }> {
  const link = await connectTcp({ host: '127.0.0.1', port }, { clock: realClock, timeoutMs: 5_000 });
  const stream = createPacketStream({ from: 'server', version: 5 });
  const acked: number[] = [];
  let connack: ConnackPacket | undefined;
  let next = from;
  const send = (packet: MqttPacket): void => void link.send(encodeLoose(packet, 5)).catch(() => undefined);
  const publish = (): void => {
    // What cannot be compressed, so that the disk is full soon.
    const payload = Buffer.concat([Buffer.from(`${next} `), randomBytes(PAYLOAD_BYTES)]);
    send({ type: 'publish', dup: false, qos: 1, retain: false, topic: 'full/disk', packetId: next, payload, properties: {} });
    next += 1;
  };
  link.onBytes((chunk) => {
    for (const event of stream.push(chunk)) {
      if (event.kind === 'violation') continue;
      if (event.packet.type === 'connack') {
        connack = event.packet;
        for (let count = 0; connack.reasonCode === 0 && count < 8; count += 1) publish();
      } else if (event.packet.type === 'puback') {
        expect(event.packet.reasonCode).toBeLessThan(0x80);
        acked.push(event.packet.packetId);
        publish();
      }
    }
  });
  send({ type: 'connect', protocolName: 'MQTT', protocolLevel: 5, cleanStart: true, keepAliveS: 0, clientId: 'publisher', properties: {} });
  await link.closed;
  return { acked, connack };
}

const disk = smallDisk();
const stayMounted = undo.splice(0);

test.skipIf(disk === undefined)('a full disk: nothing is acknowledged that is not stored, nobody is let in, and it goes on when there is space', { timeout: 120_000 }, async () => {
  undo.push(...stayMounted);
  const folder = disk ?? '';
  const ballast = join(folder, 'ballast');
  writeFileSync(ballast, Buffer.alloc(24_000_000));
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, 'id: full\nmqtt: { port: 0 }\nhttp: { port: 0 }\nlog: { level: warn }\nbroker: { engine: core, queuedMessagesMax: 100000, store: { path: store } }\n');
  const first = await services.start(['gateway', '--config', config], FACTS);
  const { mqtt, http } = first.facts.ports;
  const subscriber = new KillSubscriber('subscriber', 5);
  await subscriber.connect(mqtt, { properties: { sessionExpiryIntervalS: 0xffff_ffff, receiveMaximum: 500 } });
  await subscriber.subscribe('full/#');
  subscriber.cut();

  const { acked } = await publishUntilClosed(mqtt, 1);
  expect(acked.length).toBeGreaterThan(100);
  const refused = await publishUntilClosed(mqtt, 60_000);
  expect(refused).toMatchObject({ acked: [], connack: { reasonCode: 0x88 } });
  const health = await (await fetch(`http://127.0.0.1:${http}/healthz`)).json();
  expect(health).toMatchObject({ store: { status: 'failed', because: expect.stringMatching(/No space left/u) } });
  const ready = await fetch(`http://127.0.0.1:${http}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ reasons: [expect.stringContaining('the broker cannot store')] })]);

  rmSync(ballast);
  await expect.poll(async () => (await fetch(`http://127.0.0.1:${http}/readyz`)).status, { timeout: 15_000 }).toBe(200);
  await subscriber.connect(mqtt, { properties: { sessionExpiryIntervalS: 0xffff_ffff, receiveMaximum: 500 } });
  await expect.poll(() => subscriber.arrivals.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(acked.length);
  expect(subscriber.presence).toEqual([false, true]);
  const arrived = subscriber.arrivals.map(({ text }) => Number(text));
  expect(acked.filter((number) => !arrived.includes(number))).toEqual([]);
  expect(await (await fetch(`http://127.0.0.1:${http}/metrics`)).text()).toMatch(/^fieldproof_gateway_broker_store_failures_total [1-9]/mu);

  first.process.child.kill('SIGKILL');
  await first.process.finished;
  const second = await services.start(['gateway', '--config', config], FACTS);
  expect(await (await fetch(`http://127.0.0.1:${second.facts.ports.http}/healthz`)).json()).toMatchObject({ store: { status: 'ok', lost: {}, recovery: { damage: 'none', lostCommits: 0 } } });
});

test('a store on a full disk at the start is refused with one code', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fp-no-disk-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, 'id: full\nmqtt: { port: 0 }\nhttp: { port: 0 }\nbroker: { engine: core, store: { path: /dev/full/store } }\n');
  await expect(services.start(['gateway', '--config', config], FACTS)).rejects.toThrow(/FP_BROKER_STORE/u);
});
