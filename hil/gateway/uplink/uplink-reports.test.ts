import { expect, test } from 'vitest';
import type { Clock } from '../../runtime/clock.ts';
import type { Observe } from '../../runtime/observation.ts';
import { createUplinkReports, type UplinkState } from './uplink-reports.ts';

const IDLE: UplinkState = { messages: 0, bytes: 0, inFlight: 0, isUp: true, forwarded: 0 };

/** A clock whose timers fire `earlyMs` before they are due, as timers of whole milliseconds may. */
function bench(earlyMs: number): { readonly said: string[]; state: UplinkState; changed(): void; advance(ms: number): void } {
  let nowMs = 1_000;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    setTimer(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs - earlyMs, callback };
      timers.push(timer);
      return { cancel: () => (timers = timers.filter((each) => each !== timer)) };
    },
  };
  const said: string[] = [];
  const self = {
    said,
    state: IDLE,
    changed: () => reports.changed(),
    advance(ms: number) {
      for (const endMs = nowMs + ms; nowMs < endMs; ) {
        nowMs += 1;
        const due = timers.filter(({ atMs }) => atMs <= nowMs);
        timers = timers.filter(({ atMs }) => atMs > nowMs);
        for (const { callback } of due) callback();
      }
    },
  };
  const observe: Observe = (type, data) => said.push(`${nowMs} ${type} ${JSON.stringify(data['messages'] ?? data['forwarded'])}`);
  const reports = createUplinkReports(clock, observe, () => self.state);
  return self;
}

test('a busy link is said to be idle again and again', () => {
  const link = bench(0.6);
  for (let index = 1; index <= 1_000; index += 1) {
    link.state = { ...IDLE, inFlight: 1, forwarded: index - 1 };
    link.changed();
    link.state = { ...IDLE, forwarded: index };
    link.changed();
    link.advance(1);
  }
  const instants = link.said.filter((line) => line.includes('uplink.idle')).map((line) => line.split(' ')[0]);
  expect(instants).toEqual(['1000', '1250', '1500', '1750', '2000']);
});

test.each([0, 0.6])('the last state is said although it came too soon after the one before (timers %f ms early)', (earlyMs) => {
  const link = bench(earlyMs);
  link.state = { ...IDLE, messages: 3, bytes: 30 };
  link.changed();
  link.advance(10);
  link.state = { ...IDLE, messages: 1, bytes: 10 };
  link.changed();
  link.state = IDLE;
  link.changed();
  expect(link.said).toEqual(['1000 uplink.backlog 3', '1010 uplink.idle 0']);
  link.advance(1_000);
  expect(link.said.filter((line) => line.includes('backlog')).at(-1)).toContain('backlog 0');
  expect(link.said).toHaveLength(3);
});
