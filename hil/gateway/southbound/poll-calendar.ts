import type { Clock, Timer } from '../../runtime/clock.ts';

/** One who is called at an instant, again and again. It is made once and lives long: waiting costs nothing but a place in a heap. */
export interface CalendarEntry {
  /** Asks for a call at this instant of `Clock.nowMs`, in place of the one asked for before. Not earlier, and in its own turn. */
  wakeAt(dueMs: number): void;
  /** Withdraws what was asked for. */
  cancel(): void;
}

/**
 * Instants of many, behind one timer. Ten thousand lines that each sleep with a timer and a promise of their own keep so
 * many short-lived things alive for a second that the garbage collector takes a third of the time.
 */
export interface PollCalendar {
  /** @param onDue - Must not throw. */
  entry(onDue: () => void): CalendarEntry;
}

interface Slot {
  readonly onDue: () => void;
  dueMs: number;
  /** Place in the heap; -1 when it waits for nothing. */
  place: number;
}

export function createPollCalendar(clock: Clock): PollCalendar {
  /** A binary heap: no slot is due before its parent, at half its place. */
  const heap: Slot[] = [];
  let timer: Timer | undefined;
  let timerDueMs = Infinity;

  const put = (slot: Slot, place: number): void => {
    heap[place] = slot;
    slot.place = place;
  };
  const rise = (slot: Slot): void => {
    let place = slot.place;
    while (place > 0) {
      const above = heap[(place - 1) >> 1];
      if (above === undefined || above.dueMs <= slot.dueMs) break;
      put(above, place);
      place = (place - 1) >> 1;
    }
    put(slot, place);
  };
  const sink = (slot: Slot): void => {
    let place = slot.place;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      const first = right !== undefined && left !== undefined && right.dueMs < left.dueMs ? right : left;
      if (first === undefined || first.dueMs >= slot.dueMs) break;
      const next = first.place;
      put(first, place);
      place = next;
    }
    put(slot, place);
  };
  const remove = (slot: Slot): void => {
    const last = heap.pop();
    if (last !== undefined && last !== slot) {
      put(last, slot.place);
      rise(last);
      sink(last);
    }
    slot.place = -1;
  };

  const arm = (): void => {
    const dueMs = heap[0]?.dueMs ?? Infinity;
    if (dueMs >= timerDueMs) return;
    timer?.cancel();
    timerDueMs = dueMs;
    timer = clock.setTimer(Math.max(0, dueMs - clock.nowMs()), fire);
  };
  const fire = (): void => {
    // Until the end nobody arms the timer: whoever is called asks for its next instant.
    timerDueMs = -Infinity;
    const nowMs = clock.nowMs();
    for (let first = heap[0]; first !== undefined && first.dueMs <= nowMs; first = heap[0]) {
      remove(first);
      first.onDue();
    }
    timerDueMs = Infinity;
    arm();
  };

  return {
    entry: (onDue) => {
      const slot: Slot = { onDue, dueMs: 0, place: -1 };
      return {
        wakeAt: (dueMs) => {
          slot.dueMs = dueMs;
          if (slot.place === -1) put(slot, heap.length);
          rise(slot);
          sink(slot);
          arm();
        },
        cancel: () => {
          if (slot.place !== -1) remove(slot);
          if (heap.length > 0) return;
          timer?.cancel();
          timerDueMs = timerDueMs === -Infinity ? timerDueMs : Infinity;
        },
      };
    },
  };
}
