import { expect, test } from 'vitest';
import { devicesOrdered } from './devices-ordered.ts';
import { judged } from './hand-made-history.contract.ts';
import { changed, flawlessMessages, messageJournal } from './hand-made-messages.contract.ts';

const clean = [0, 1, 2].flatMap((qos) => flawlessMessages(`sensors-${qos + 1}`, qos, 10));

test('messages in order pass', () => {
  expect(judged(devicesOrdered, messageJournal(clean), {})).toMatchObject({ verdict: 'pass', figures: { received: 30, lanes: 3, outOfOrder: 0 } });
});

test('a late first arrival is named', () => {
  const late = changed(clean, 'sensors-2', 3, (message) => ({ ...message, arrivals: [{ t: 1_350, qos: 1 }] }));
  const judgement = judged(devicesOrdered, messageJournal(late), {});
  expect(judgement).toMatchObject({ verdict: 'fail', findingsTotal: 1 });
  expect(judgement.findings[0]).toEqual({ t: 1_350, text: 'sensors-2 n 3 (QoS 1) first arrived after n 4', faults: [] });
});

test('a redelivery after later messages is judged by its first arrival', () => {
  const again = changed(clean, 'sensors-2', 3, (message) => ({ ...message, arrivals: [...message.arrivals, { t: 1_900, qos: 1 }] }));
  expect(judged(devicesOrdered, messageJournal(again), {}).verdict).toBe('pass');
});

test('loss is no matter of order', () => {
  const lost = changed(clean, 'sensors-1', 3, (message) => ({ ...message, arrivals: [] }));
  expect(judged(devicesOrdered, messageJournal(lost), {}).verdict).toBe('pass');
});

test('nothing received is inconclusive', () => {
  expect(judged(devicesOrdered, messageJournal(clean.map((message) => ({ ...message, arrivals: [] }))), {})).toMatchObject({ verdict: 'inconclusive', because: '0 messages received' });
});
