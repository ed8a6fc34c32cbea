import type { CaptureFile } from './capture-file.ts';
import { BLOCK } from './pcapng-blocks.ts';
import { readInterface, readPacket } from './pcapng-parts.ts';
import { readCaptureBlocks } from './read-capture.ts';

/** Something that happened, for the interface of events. */
export interface CaptureEvent {
  readonly wallMs: number;
  readonly text: string;
}

/** Gives what comes next of a source, by time; undefined at its end. */
type Source = () => Pending | undefined;

interface Pending {
  readonly wallMs: number;
  readonly put: () => void;
}

/**
 * Puts captures, each in order of time, and events together into one, in order of time. Holds one packet of each at once.
 * @param parts - Files that `createCaptureFile` wrote; one that a killed process left is read as far as it goes.
 * @param events - In order of time.
 * @throws FieldproofError FP_FILE_UNREADABLE.
 */
export function mergeCaptures(parts: readonly string[], events: readonly CaptureEvent[], into: CaptureFile): void {
  // Events come first, so that of two things of one instant the fault stands before the packet that it hit.
  const heads = [eventSource(events, into), ...parts.map((path) => partSource(path, into))].map((take) => ({ take, next: take() }));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    // At most some dozens of parts: looking at each costs less than keeping them sorted.
    for (const head of heads) {
      if (head.next !== undefined && (first?.next === undefined || head.next.wallMs < first.next.wallMs)) first = head;
    }
    if (first?.next === undefined) return;
    first.next.put();
    first.next = first.take();
  }
}

function eventSource(events: readonly CaptureEvent[], into: CaptureFile): Source {
  const left = events.values();
  return () => {
    const { value, done } = left.next();
    return done === true ? undefined : { wallMs: value.wallMs, put: () => into.note(value.wallMs, value.text) };
  };
}

function partSource(path: string, into: CaptureFile): Source {
  const blocks = readCaptureBlocks(path);
  /** What the interfaces of this part are in the whole. */
  const numbers: number[] = [];
  return () => {
    for (;;) {
      // Not `for of`, which would end the generator at the first packet.
      const { value, done } = blocks.next();
      if (done === true) return undefined;
      if (value.type === BLOCK.interfaceDescription) numbers.push(into.addInterface(readInterface(value.bytes)));
      if (value.type !== BLOCK.enhancedPacket) continue;
      const packet = readPacket(value.bytes);
      const interfaceId = numbers[packet.interfaceId];
      if (interfaceId !== undefined) return { wallMs: packet.wallMs, put: () => into.add({ ...packet, interfaceId }) };
    }
  };
}
