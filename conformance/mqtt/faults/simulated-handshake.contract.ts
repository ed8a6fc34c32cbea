import type { Random } from '../../../hil/runtime/random.ts';
import type { HandshakeEvent, HandshakeRules } from './handshake-model.ts';
import { receiverAfter, receiverAtStart, type ReceiverState } from './receiver-model.ts';
import { owedBySender, senderAfter, senderAtStart, type SenderState } from './sender-model.ts';

/** A packet between two endpoints that live in memory. */
export type SimulatedPacket = Exclude<HandshakeEvent, { readonly kind: 'settled' | 'cut' | 'resumed' }>;

/** One side of a session. It keeps its state over the connections of that session. */
export interface SimulatedEndpoint {
  /** Takes a packet. @returns what it sends then. */
  take(packet: SimulatedPacket): SimulatedPacket[];
  /** What it sends by itself next: a new message, a second attempt. */
  push(): SimulatedPacket[];
  /** A new connection. @returns what it sends at once. */
  resume(): SimulatedPacket[];
  /** Whether it has something to do still. */
  readonly isBusy: boolean;
}

/** A receiver that keeps the rules; `delivers` tells its application. */
export function goodReceiver({ qos }: HandshakeRules, atPubrel: boolean, delivers: (message: string) => void): SimulatedEndpoint {
  const held = new Map<number, string>();
  return {
    isBusy: false,
    push: () => [],
    resume: () => [],
    take: (packet) => {
      if (packet.kind === 'publish' && qos === 1) {
        delivers(packet.message);
        return [{ kind: 'puback', packetId: packet.packetId }];
      }
      if (packet.kind === 'publish') {
        if (!held.has(packet.packetId) && !atPubrel) delivers(packet.message);
        held.set(packet.packetId, packet.message);
        return [{ kind: 'pubrec', packetId: packet.packetId }];
      }
      if (packet.kind !== 'pubrel') return [];
      const message = held.get(packet.packetId);
      held.delete(packet.packetId);
      if (message !== undefined && atPubrel) delivers(message);
      return [{ kind: 'pubcomp', packetId: packet.packetId }];
    },
  };
}

/**
 * A sender that keeps the rules, with three messages in flight at most. A 3.1.1 one may resend on a live connection; it then
 * takes a new packet id for each message, because the PUBACK of a copy would end the next message that has the same.
 */
export function goodSender({ version, qos }: HandshakeRules, messages: readonly string[], random: Random): SimulatedEndpoint {
  const waiting = [...messages];
  const open = new Map<number, { readonly message: string; released: boolean }>();
  let nextId = 0;
  const again = ([packetId, { message, released }]: [number, { message: string; released: boolean }]): SimulatedPacket =>
    released ? { kind: 'pubrel', packetId } : { kind: 'publish', packetId, message, dup: true };
  return {
    get isBusy() {
      return waiting.length > 0 || open.size > 0;
    },
    push: () => {
      if (version === 4 && open.size > 0 && random.chance(0.2)) return [...open].slice(0, 1).map(again);
      const message = open.size < 3 ? waiting.shift() : undefined;
      if (message === undefined) return [];
      do nextId = (nextId % (version === 4 ? 65_535 : 4)) + 1;
      while (open.has(nextId));
      open.set(nextId, { message, released: false });
      return [{ kind: 'publish', packetId: nextId, message, dup: false }];
    },
    resume: () => [...open].map(again),
    take: (packet) => {
      const sending = open.get(packet.packetId);
      if (sending === undefined) return [];
      if (packet.kind === 'pubrec' && qos === 2) {
        sending.released = true;
        return [{ kind: 'pubrel', packetId: packet.packetId }];
      }
      if ((packet.kind === 'puback' && qos === 1) || (packet.kind === 'pubcomp' && sending.released)) open.delete(packet.packetId);
      return [];
    },
  };
}

/** What a simulated run came to. */
export interface SimulatedRun {
  /** How often the application behind the receiver saw each message. */
  readonly delivered: ReadonlyMap<string, number>;
  /** The end was reached with every handshake finished. */
  readonly isComplete: boolean;
}

const STEPS_MAX = 2_000;

/**
 * Two endpoints over a faulty connection. `onEvent` is told what the tester, one of them, sees: packets that it sends, and
 * those that it reads.
 * @param tester - Which of the two the tester is.
 */
export function simulate(sender: SimulatedEndpoint, receiver: SimulatedEndpoint, tester: 'sender' | 'receiver', random: Random, onEvent: (event: HandshakeEvent) => void): boolean {
  const [ours, sut] = tester === 'sender' ? [sender, receiver] : [receiver, sender];
  const toSut: SimulatedPacket[] = [];
  let toUs: SimulatedPacket[] = [];
  /** What the tester is going to answer, later or never. */
  let pending: SimulatedPacket[] = [];
  const weSend = (packets: readonly SimulatedPacket[]): void => {
    for (const packet of packets) {
      onEvent(packet);
      toSut.push(packet);
    }
  };
  const sutTakes = (): void => {
    for (const packet of toSut.splice(0, 1)) toUs.push(...sut.take(packet));
  };
  const cut = (): void => {
    onEvent({ kind: 'cut' });
    for (let arriving = random.integer(0, toSut.length); arriving > 0; arriving -= 1) sutTakes();
    toSut.length = 0;
    // What the SUT sends at its end of the new connection is under way when the tester hears of it.
    toUs = sut.resume();
    pending = [];
    onEvent({ kind: 'resumed', kept: true });
    weSend(ours.resume());
  };
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const isIdle = toSut.length === 0 && toUs.length === 0 && pending.length === 0;
    if (isIdle && !sender.isBusy) return true;
    const drawn = random.next();
    // Later on nothing is cut any more, so that a good pair comes to an end.
    if (drawn < 0.1 && step < STEPS_MAX / 2) cut();
    else if (drawn < 0.4) weSend(ours.push());
    else if (drawn < 0.6) toUs.push(...sut.push());
    else if (drawn < 0.8) sutTakes();
    else if (drawn < 0.9) weSend(pending.splice(0, 1));
    else {
      for (const packet of toUs.splice(0, 1)) {
        onEvent(packet);
        pending.push(...ours.take(packet));
      }
    }
  }
  return false;
}

/** Runs a receiving SUT against the model. @returns the model's last state, and what its application saw. */
export function runReceiver(rules: HandshakeRules, makeSut: (delivers: (message: string) => void) => SimulatedEndpoint, messages: readonly string[], random: Random): SimulatedRun & { readonly state: ReceiverState } {
  const delivered = new Map<string, number>();
  const sut = makeSut((message) => delivered.set(message, (delivered.get(message) ?? 0) + 1));
  let state = receiverAtStart(rules);
  // 5.0 clients do not resend on a live connection, and the model holds them to their own rules.
  const isComplete = simulate(goodSender({ ...rules, version: 5 }, messages, random), sut, 'sender', random, (event) => {
    state = receiverAfter(state, event);
  });
  return { state, delivered, isComplete };
}

/** Runs a sending SUT against the model. */
export function runSender(rules: HandshakeRules, sut: SimulatedEndpoint, random: Random): SimulatedRun & { readonly state: SenderState; readonly isOwing: boolean } {
  let state = senderAtStart(rules);
  const receiver = goodReceiver(rules, false, () => undefined);
  const isComplete = simulate(sut, receiver, 'receiver', random, (event) => {
    state = senderAfter(state, event);
  });
  return { state, delivered: state.seen, isComplete, isOwing: owedBySender(state).length > 0 };
}
