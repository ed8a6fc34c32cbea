import { expect, test } from 'vitest';
import type { ModbusMessage } from './modbus-fault.ts';
import { createPendingRequests } from './pending-requests.ts';
import { requestFacts } from './request-facts.ts';

const message = (unit: number, transactionId: number | undefined, ...pdu: readonly number[]): ModbusMessage => ({ unit, transactionId, pdu: Uint8Array.from(pdu) });
const facts = ({ unit, pdu }: ModbusMessage): ReturnType<typeof requestFacts> => requestFacts(unit, pdu);

test('on TCP the transaction id decides, whatever the order', () => {
  const pending = createPendingRequests('tcp');
  const [first, second] = [message(1, 7, 3, 0, 0, 0, 1), message(1, 8, 3, 0, 9, 0, 1)];
  pending.add(first, facts(first), undefined);
  pending.add(second, facts(second), undefined);
  const answer = (id: number): ModbusMessage => message(1, id, 3, 2, 0, 0);
  expect(pending.take(answer(8))?.facts.range?.address).toBe(9);
  expect(pending.take(answer(8))).toBeUndefined();
  expect(pending.take(answer(7))?.facts.range?.address).toBe(0);
  expect(pending.take(answer(9))).toBeUndefined();
});

test('on a serial line the unit id, the function code and the length have to fit', () => {
  const pending = createPendingRequests('rtu');
  const read = message(1, undefined, 3, 0, 5, 0, 2);
  pending.add(read, facts(read), undefined);
  for (const stranger of [message(2, undefined, 3, 4, 0, 0, 0, 0), message(1, undefined, 4, 4, 0, 0, 0, 0), message(1, undefined, 3, 2, 0, 0)]) {
    expect(pending.take(stranger)).toBeUndefined();
  }
  expect(pending.take(message(1, undefined, 3, 4, 0, 0, 0, 0))?.facts.range?.address).toBe(5);
});

test('an exception answers its function code; a write repeats its address', () => {
  const pending = createPendingRequests('rtu');
  const write = message(1, undefined, 16, 0, 5, 0, 1, 2, 0, 9);
  pending.add(write, facts(write), undefined);
  expect(pending.take(message(1, undefined, 16, 0, 6, 0, 1))).toBeUndefined();
  expect(pending.take(message(1, undefined, 0x90, 2))?.facts.functionCode).toBe(16);
});

test('a client on a serial line that asks again has given up; a question of our own stays', () => {
  const pending = createPendingRequests('rtu');
  const [old, probe, now] = [message(1, undefined, 3, 0, 0, 0, 1), message(7, undefined, 3, 0, 1, 0, 1), message(1, undefined, 3, 0, 2, 0, 1)];
  pending.add(old, facts(old), undefined);
  pending.add(probe, facts(probe), () => undefined);
  pending.add(now, facts(now), undefined);
  expect(pending.take(message(1, undefined, 3, 2, 0, 0))?.facts.range?.address).toBe(2);
  expect(pending.take(message(7, undefined, 3, 2, 0, 0))?.asked).toBeDefined();
});

test('what is remembered has a bound', () => {
  const pending = createPendingRequests('tcp');
  for (let id = 0; id < 5_000; id += 1) {
    const asked = message(1, id, 3, 0, 0, 0, 1);
    pending.add(asked, facts(asked), undefined);
  }
  expect(pending.take(message(1, 0, 3, 2, 0, 0))).toBeUndefined();
  expect(pending.take(message(1, 4_999, 3, 2, 0, 0))).toBeDefined();
});
