import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProtocolVersion } from '../../../hil/protocols/mqtt/packet.ts';
import { randomFromSeed, type Random } from '../../../hil/runtime/random.ts';
import { replay } from '../../../hil/runtime/replay-seed.contract.ts';
import type { HandshakeRules } from './handshake-model.ts';
import { boundsOf, receiverAfter, receiverAtStart } from './receiver-model.ts';
import { boundsOfSent, owedBySender, senderAfter, senderAtStart } from './sender-model.ts';
import { goodReceiver, goodSender, runReceiver, runSender, type SimulatedEndpoint, type SimulatedPacket } from './simulated-handshake.contract.ts';

const versions = fc.constantFrom<ProtocolVersion[]>(4, 5);
const qualities = fc.constantFrom<(1 | 2)[]>(1, 2);
const seeds = fc.nat();
const MESSAGES = Array.from({ length: 8 }, (_, index) => `m${index}`);
/** Runs in which a broken endpoint has to be noticed at least once. */
const SEEDS = Array.from({ length: 60 }, (_, index) => index);

describe('a SUT that receives', () => {
  test('is never blamed when it keeps the rules, whether it delivers at PUBLISH or at PUBREL', () => {
    fc.assert(
      fc.property(versions, qualities, fc.boolean(), seeds, (version, qos, atPubrel, seed) => {
        const rules: HandshakeRules = { version, qos, sut: 'server' };
        const { state, delivered, isComplete } = runReceiver(rules, (delivers) => goodReceiver(rules, atPubrel, delivers), MESSAGES, randomFromSeed(seed));
        expect(isComplete).toBe(true);
        expect(state.violations).toEqual([]);
        for (const message of MESSAGES) {
          const { min, max } = boundsOf(state, message);
          const count = delivered.get(message) ?? 0;
          expect(count).toBeGreaterThanOrEqual(min);
          expect(count).toBeLessThanOrEqual(max);
          expect(min).toBe(1);
          if (qos === 2) expect(max).toBe(1);
        }
      }),
      replay(),
    );
  });

  test.each<[string, 1 | 2, (good: SimulatedEndpoint, delivers: (message: string) => void) => SimulatedEndpoint]>([
    ['delivers every copy', 2, (good, delivers) => ({ ...good, take: (packet) => (packet.kind === 'publish' ? (delivers(packet.message), good.take(packet)) : good.take(packet)) })],
    ['acknowledges and loses', 1, (good) => ({ ...good, take: (packet) => (packet.kind === 'publish' && packet.message === 'm3' ? [{ kind: 'puback', packetId: packet.packetId }] : good.take(packet)) })],
    ['answers with another packet id', 1, (good) => ({ ...good, take: (packet) => good.take(packet).map((answer) => ({ ...answer, packetId: answer.packetId + 10 })) })],
    ['answers twice', 2, (good) => ({ ...good, take: (packet) => good.take(packet).flatMap((answer) => [answer, answer]) })],
  ])('is blamed when it %s', (_name, qos, broken) => {
    const rules: HandshakeRules = { version: 4, qos, sut: 'server' };
    const noticed = SEEDS.filter((seed) => {
      const { state, delivered } = runReceiver(rules, (delivers) => broken(goodReceiver(rules, false, delivers), delivers), MESSAGES, randomFromSeed(seed));
      return state.violations.length > 0 || MESSAGES.some((message) => !within(delivered.get(message) ?? 0, boundsOf(state, message)));
    });
    expect(noticed.length).toBeGreaterThan(0);
  });

  test('is blamed when it forgets its sessions', () => {
    const rules: HandshakeRules = { version: 5, qos: 2, sut: 'server' };
    const noticed = SEEDS.filter((seed) => {
      const { state, delivered } = runReceiver(rules, (delivers) => forgetful(() => goodReceiver(rules, false, delivers)), MESSAGES, randomFromSeed(seed));
      return MESSAGES.some((message) => !within(delivered.get(message) ?? 0, boundsOf(state, message)));
    });
    expect(noticed.length).toBeGreaterThan(0);
  });
});

describe('a SUT that sends', () => {
  test('is never blamed when it keeps the rules', () => {
    fc.assert(
      fc.property(versions, qualities, fc.constantFrom<HandshakeRules['sut'][]>('client', 'server'), seeds, (version, qos, sut, seed) => {
        const rules: HandshakeRules = { version, qos, sut };
        const random = randomFromSeed(seed);
        const { state, isComplete, isOwing } = runSender(rules, goodSender(rules, MESSAGES, random), random);
        expect({ isComplete, isOwing, violations: state.violations }).toEqual({ isComplete: true, isOwing: false, violations: [] });
        for (const message of MESSAGES) expect(within(state.seen.get(message) ?? 0, boundsOfSent(rules))).toBe(true);
      }),
      replay(),
    );
  });

  test.each<[string, ProtocolVersion, 1 | 2, (packets: readonly SimulatedPacket[], random: Random) => SimulatedPacket[], string]>([
    ['without DUP', 4, 1, (packets) => packets.map((packet) => (packet.kind === 'publish' ? { ...packet, dup: false } : packet)), 'MQTT-3.3.1-1'],
    ['in reverse order', 4, 1, (packets) => packets.toReversed(), 'MQTT-4.6.0-1'],
    ['under another packet id', 5, 1, (packets) => packets.map((packet) => ({ ...packet, packetId: packet.packetId + 100 })), 'MQTT-4.4.0-1'],
    ['PUBLISH after PUBREL', 5, 2, (packets) => packets.map((packet) => (packet.kind === 'pubrel' ? { kind: 'publish', packetId: packet.packetId, message: 'm0', dup: true } : packet)), 'MQTT-4.3.3-6'],
  ])('is blamed when it resends %s', (_name, version, qos, change, statement) => {
    const rules: HandshakeRules = { version, qos, sut: 'server' };
    const found = SEEDS.flatMap((seed) => {
      const random = randomFromSeed(seed);
      const good = goodSender(rules, ['m0', 'm1', 'm2'], random);
      const sut: SimulatedEndpoint = { take: (packet) => good.take(packet), push: () => good.push(), resume: () => change(good.resume(), random), get isBusy() {
        return good.isBusy;
      } };
      return runSender(rules, sut, random).state.violations.map((violation) => violation.statement);
    });
    expect(found).toContain(statement);
  });

  test('is found owing when it resends nothing', () => {
    const rules: HandshakeRules = { version: 5, qos: 1, sut: 'server' };
    const owing = SEEDS.filter((seed) => {
      const random = randomFromSeed(seed);
      const good = goodSender(rules, MESSAGES, random);
      const sut: SimulatedEndpoint = { take: (packet) => good.take(packet), push: () => good.push(), resume: () => [], get isBusy() {
        return good.isBusy;
      } };
      return runSender(rules, sut, random).isOwing;
    });
    expect(owing.length).toBeGreaterThan(0);
  });

  test('may resend on a live connection in 3.1.1 and not in 5.0', () => {
    const publish = { kind: 'publish', packetId: 1, message: 'm', dup: false } as const;
    const statements = ([4, 5] as const).map((version) => {
      const once = senderAfter(senderAtStart({ version, qos: 1, sut: 'server' }), publish);
      return senderAfter(once, { ...publish, dup: true }).violations.map(({ statement }) => statement);
    });
    expect(statements).toEqual([[], ['MQTT-4.4.0-1']]);
  });

  test('owes nothing for what was answered, and what it read for what was not', () => {
    const rules: HandshakeRules = { version: 5, qos: 2, sut: 'server' };
    const publish = { kind: 'publish', packetId: 1, message: 'm', dup: false } as const;
    const heard = senderAfter(senderAtStart(rules), publish);
    const resumed = { kind: 'resumed', kept: true } as const;
    expect(owedBySender(heard)).toEqual([]);
    expect(owedBySender(senderAfter(heard, resumed))).toEqual([{ oneOf: ['publish'], packetId: 1, message: 'm' }]);
    const received = senderAfter(heard, { kind: 'pubrec', packetId: 1 });
    expect(owedBySender(received)).toEqual([{ oneOf: ['pubrel'], packetId: 1, message: 'm' }]);
    expect(owedBySender(senderAfter(received, resumed))).toEqual([{ oneOf: ['publish', 'pubrel'], packetId: 1, message: 'm' }]);
    const released = senderAfter(received, { kind: 'pubrel', packetId: 1 });
    expect(owedBySender(senderAfter(released, resumed))).toEqual([{ oneOf: ['pubrel'], packetId: 1, message: 'm' }]);
    const answered = senderAfter(released, { kind: 'pubcomp', packetId: 1 });
    expect(owedBySender(senderAfter(answered, resumed))).toEqual([]);
  });

  test('is blamed for what belongs to a session that is gone: nothing of a session that is gone comes again', () => {
    const publish = { kind: 'publish', packetId: 1, message: 'm', dup: false } as const;
    const fresh = senderAfter(senderAfter(senderAtStart({ version: 4, qos: 1, sut: 'server' }), publish), { kind: 'resumed', kept: false });
    expect(senderAfter(fresh, publish).violations).toHaveLength(1);
  });
});

test('the tester is held to the rules of a sender: no PUBLISH between PUBREL and PUBCOMP', () => {
  const publish = { kind: 'publish', packetId: 1, message: 'm', dup: false } as const;
  const released = receiverAfter(receiverAfter(receiverAtStart({ version: 5, qos: 2, sut: 'server' }), publish), { kind: 'pubrel', packetId: 1 });
  expect(() => receiverAfter(released, publish)).toThrow('breaks the rules of a sender');
});

function within(count: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return count >= min && count <= max;
}

/** Everything that it knew of the session is gone with each connection. */
function forgetful(make: () => SimulatedEndpoint): SimulatedEndpoint {
  let now = make();
  return {
    isBusy: false,
    take: (packet) => now.take(packet),
    push: () => now.push(),
    resume: () => {
      now = make();
      return [];
    },
  };
}
