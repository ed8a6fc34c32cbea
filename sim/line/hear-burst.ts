import type { Random } from '../../hil/runtime/random.ts';
import { drawContention, drawFlips, onesIn, receiveBytes, type UartSettings } from './uart.ts';

/** What one node sent without a pause: character n begins at `startMs + n x characterMs`. */
export interface Talk<Node> {
  readonly node: Node;
  readonly startMs: number;
  bytes: Uint8Array;
}

/** What the wire carried between two silences. */
export interface HeardBurst<Node> {
  readonly collided: boolean;
  readonly bitErrors: number;
  readonly damaged: number;
  /** The bytes as a node heard them: without those that came while it was sending itself, unless it has an echo. */
  by(node: Node, echo: boolean): Uint8Array;
}

interface BurstConditions {
  readonly characterMs: number;
  readonly bitErrorRate: number;
  readonly uart: UartSettings;
  /** Asked for only where something is drawn: deriving a source takes longer than all the rest of a quiet burst. */
  readonly random: () => Random;
}

/** One character time of the wire. */
interface Slot<Node> {
  readonly startMs: number;
  readonly endMs: number;
  readonly byte: number;
  /** Who held the line at any moment of it. */
  readonly talkers: readonly Node[];
}

/**
 * Works out what a burst sounded like. Where one node talks alone its characters pass, but for the noise. Where several
 * talk at once, the characters of the one that began first are heard garbled; the others' are not told apart from them.
 */
export function hearBurst<Node>(talks: readonly Talk<Node>[], { characterMs, bitErrorRate, uart, random }: BurstConditions): HeardBurst<Node> {
  const slots = slotsOf(talks, characterMs);
  const collided = slots.some(({ talkers }) => talkers.length > 1);
  const noise = bitErrorRate > 0 ? random().child('noise') : undefined;
  const contention = collided ? random().child('contention') : undefined;
  let bitErrors = 0;
  const flips = slots.map(({ talkers }) => {
    const noisy = noise === undefined ? 0 : drawFlips(bitErrorRate, noise);
    bitErrors += onesIn(noisy);
    return talkers.length > 1 && contention !== undefined ? noisy | drawContention(contention) : noisy;
  });
  const everything = receiveBytes(Uint8Array.from(slots, ({ byte }) => byte), uart, (index) => flips[index] ?? 0);
  return {
    collided,
    bitErrors,
    damaged: everything.damaged,
    by: (node, echo) => {
      const heard = slots.flatMap((slot, index) => (echo || !slot.talkers.includes(node) ? [{ slot, index }] : []));
      return receiveBytes(Uint8Array.from(heard, ({ slot }) => slot.byte), uart, (at) => flips[heard[at]?.index ?? -1] ?? 0).bytes;
    },
  };
}

/** The characters of all talks by their beginning; one that begins while another is still heard is part of that one. */
function slotsOf<Node>(talks: readonly Talk<Node>[], characterMs: number): Slot<Node>[] {
  const all = talks
    .flatMap(({ node, startMs, bytes }) => [...bytes].map((byte, n) => ({ node, byte, startMs: startMs + n * characterMs, endMs: startMs + (n + 1) * characterMs })))
    .toSorted((a, b) => a.startMs - b.startMs);
  // Neighbours of one talk touch in floating point; that is no overlap.
  const tolerance = characterMs * 1e-6;
  const slots: Slot<Node>[] = [];
  let heardUntilMs = -Infinity;
  for (const { startMs, endMs, byte } of all) {
    if (startMs < heardUntilMs - tolerance) continue;
    const talkers = talks.filter((talk) => talk.startMs < endMs - tolerance && talk.startMs + talk.bytes.length * characterMs > startMs + tolerance);
    slots.push({ startMs, endMs, byte, talkers: [...new Set(talkers.map((talk) => talk.node))] });
    heardUntilMs = endMs;
  }
  return slots;
}
