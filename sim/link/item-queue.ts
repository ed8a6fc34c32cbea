import { byteCountOf, type LinkItem } from './link-fault.ts';

/** An item that waits, with one instant that its stage needs (when it came, or when it is due). */
export interface WaitingItem {
  readonly item: LinkItem;
  readonly instantMs: number;
}

/** What a stage holds, oldest first. */
export interface ItemQueue {
  readonly length: number;
  readonly bytes: number;
  readonly first: WaitingItem | undefined;
  push(item: LinkItem, instantMs: number): void;
  shift(): WaitingItem | undefined;
  /** Takes at most `byteCountMax` (1 or more) bytes off the first item; `isWhole` when nothing of it is left. */
  take(byteCountMax: number): (WaitingItem & { readonly isWhole: boolean }) | undefined;
  /** Takes everything out. */
  drain(): LinkItem[];
}

/** Items one stage holds at most: tiny chunks weigh more by their number than by their bytes. */
export const STAGE_ITEMS_MAX = 4_096;

export function createItemQueue(): ItemQueue {
  let waiting: WaitingItem[] = [];
  let bytes = 0;
  const shift = (): WaitingItem | undefined => {
    const first = waiting.shift();
    if (first !== undefined) bytes -= byteCountOf(first.item);
    return first;
  };
  return {
    get length() {
      return waiting.length;
    },
    get bytes() {
      return bytes;
    },
    get first() {
      return waiting[0];
    },
    push(item, instantMs) {
      waiting.push({ item, instantMs });
      bytes += byteCountOf(item);
    },
    shift,
    take(byteCountMax) {
      const first = waiting[0];
      if (first === undefined || first.item === 'end' || first.item.length <= byteCountMax) {
        const whole = shift();
        return whole === undefined ? undefined : { ...whole, isWhole: true };
      }
      const { item, instantMs } = first;
      waiting[0] = { item: item.subarray(byteCountMax), instantMs };
      bytes -= byteCountMax;
      return { item: item.subarray(0, byteCountMax), instantMs, isWhole: false };
    },
    drain() {
      const items = waiting.map(({ item }) => item);
      waiting = [];
      bytes = 0;
      return items;
    },
  };
}
