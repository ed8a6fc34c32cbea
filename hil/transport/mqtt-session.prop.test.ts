import * as fc from 'fast-check';
import { test } from 'vitest';
import { randomFromSeed } from '../runtime/random.ts';
import { realClock } from '../runtime/real-clock.ts';
import { replay } from '../runtime/replay-seed.contract.ts';
import { openMqttSession } from './mqtt-session.ts';
import {
  ack,
  connack,
  PACKET,
  readPacketId,
  readPublish,
  ScriptedBroker,
  type BrokerSide,
  type RawPacket,
} from './scripted-broker.contract.ts';

/** Packets after which the broker cuts: counted from 0 over the whole life of the session, CONNECT excluded. */
const cuts = fc.uniqueArray(
  fc.record({ packet: fc.nat({ max: 80 }), how: fc.constantFrom<CutKind>('before', 'after', 'close') }),
  { selector: ({ packet }) => packet, maxLength: 12 },
);
/** Cut without taking the packet, cut after taking it, close in good order after answering it. */
type CutKind = 'before' | 'after' | 'close';

test('through cuts at any packet, QoS 2 arrives exactly once, QoS 1 at least once, each in order, and DUP tells repeats', async () => {
  const qualities = fc.array(fc.constantFrom(1 as const, 2 as const), { minLength: 1, maxLength: 25 });
  const property = fc.asyncProperty(qualities, cuts, async (messages, cutAt) => {
    const model = new BrokerModel(new Map(cutAt.map(({ packet, how }) => [packet, how])));
    const broker = await ScriptedBroker.start((packet, side) => model.take(packet, side));
    const options = { url: broker.url, clientId: 'c', protocolVersion: 4, clean: false, keepaliveMs: 0, connectTimeoutMs: 5_000 } as const;
    const deps = { clock: realClock, random: randomFromSeed(1) };
    const session = openMqttSession({ ...options, reconnect: { minimumMs: 1, maximumMs: 2 } }, deps);
    await Promise.all(messages.map((qos, index) => session.publish(`q${qos}`, Buffer.from(String(index)), { qos, retain: false })));
    session.abort();
    await broker.stop();
    const sent = (wanted: 1 | 2): string[] => messages.flatMap((qos, index) => (qos === wanted ? [String(index)] : []));
    check('QoS 2', model.exactlyOnce, sent(2));
    check('QoS 1', [...new Set(model.atLeastOnce)], sent(1));
    check('wrong DUP flags', model.wrongDups, []);
  });
  await fc.assert(property, { numRuns: 40, ...replay() });
}, 60_000);

function check(what: string, actual: readonly string[], expected: readonly string[]): void {
  if (actual.join() !== expected.join()) throw new Error(`${what}: ${actual.join()} in place of ${expected.join()}`);
}

/** A right broker with one session: stores a QoS 2 message at PUBLISH, passes it on at PUBREL. */
class BrokerModel {
  readonly atLeastOnce: string[] = [];
  readonly exactlyOnce: string[] = [];
  readonly wrongDups: string[] = [];
  readonly #stored = new Map<number, string>();
  readonly #seen = new Set<string>();
  readonly #cuts: ReadonlyMap<number, CutKind>;
  #packets = 0;

  constructor(packetCuts: ReadonlyMap<number, CutKind>) {
    this.#cuts = packetCuts;
  }

  take(packet: RawPacket, side: BrokerSide): void {
    if (packet.type === PACKET.connect) {
      side.send(connack(side.index > 1));
      return;
    }
    const cut = this.#cuts.get(this.#packets);
    this.#packets += 1;
    if (packet.type === PACKET.publish) this.#noteDup(packet, side.index);
    if (cut !== 'before') {
      const answer = this.#process(packet);
      if (cut !== 'after') side.send(answer);
    }
    if (cut === 'close') side.close();
    else if (cut !== undefined) side.cut();
  }

  /** MQTT 3.1.1 section 3.3.1.1. DUP on a message that was not seen before may be right: the first sending was cut off. */
  #noteDup(packet: RawPacket, connection: number): void {
    const { payload, dup } = readPublish(packet);
    if (dup ? connection === 1 : this.#seen.has(payload)) this.wrongDups.push(payload);
    this.#seen.add(payload);
  }

  #process(packet: RawPacket): number[] {
    if (packet.type === PACKET.pubrel) {
      const packetId = readPacketId(packet);
      const payload = this.#stored.get(packetId);
      if (this.#stored.delete(packetId) && payload !== undefined) this.exactlyOnce.push(payload);
      return ack(PACKET.pubcomp, packetId);
    }
    const { qos, packetId, payload } = readPublish(packet);
    if (qos === 1) this.atLeastOnce.push(payload);
    else this.#stored.set(packetId, payload);
    return ack(qos === 1 ? PACKET.puback : PACKET.pubrec, packetId);
  }
}
