import { expect, test } from 'vitest';
import { LineDiagnostics } from './line-diagnostics.ts';

test.each([
  [1, 0x41, 0, 0],
  [3, 0x41, 0, 0],
  [4, 0x42, 0, 0],
  [5, 0x44, 0, 0],
  [6, 0x44, 0, 1],
  [7, 0x48, 1, 0],
  [8, 0x40, 0, 0],
])('exception %i leaves event %i, and counts as NAK %i and busy %i', (exceptionCode, event, naks, busies) => {
  const diagnostics = new LineDiagnostics();
  diagnostics.received(false);
  diagnostics.finished({ exceptionCode, isAnswered: true });
  expect([...diagnostics.events()]).toEqual([event, 0x80]);
  expect(diagnostics.counts).toMatchObject({ messages: 1, own: 1, exceptions: 1, naks, busies, events: 0, unanswered: 0 });
});

test('an overrun is a communication error too; both set their bit of the register', () => {
  const diagnostics = new LineDiagnostics();
  diagnostics.disturbed('check-error');
  expect(diagnostics.register).toBe(2);
  diagnostics.disturbed('overrun');
  expect(diagnostics.register).toBe(3);
  expect(diagnostics.counts).toMatchObject({ messages: 0, checkErrors: 2, overruns: 1 });
  expect([...diagnostics.events()]).toEqual([0x92, 0x82]);
  diagnostics.clearOverruns();
  expect(diagnostics.register).toBe(2);
  expect(diagnostics.counts).toMatchObject({ checkErrors: 2, overruns: 0 });
});

test('counters wrap around at 16 bits', () => {
  const diagnostics = new LineDiagnostics();
  for (let message = 0; message < 65_536; message += 1) diagnostics.overheard();
  expect(diagnostics.counts.messages).toBe(0);
});

test('the log keeps the newest 64 events', () => {
  const diagnostics = new LineDiagnostics();
  for (let message = 0; message < 64; message += 1) diagnostics.received(false);
  diagnostics.listenOnly();
  expect([...diagnostics.events()]).toEqual([4, ...Array.from({ length: 63 }, () => 0x80)]);
});
