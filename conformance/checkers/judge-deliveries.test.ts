import { describe, expect, test } from 'vitest';
import { faultLines, judged, type Line } from './hand-made-history.contract.ts';
import { changed, flawlessMessages, messageJournal, QUIESCED_MS, type MadeMessage } from './hand-made-messages.contract.ts';
import { qos0AtMostOnce } from './qos0-at-most-once.ts';
import { qos1AtLeastOnce } from './qos1-at-least-once.ts';
import { qos2ExactlyOnce } from './qos2-exactly-once.ts';

const CHECKERS = [qos0AtMostOnce, qos1AtLeastOnce, qos2ExactlyOnce] as const;
const clean = [0, 1, 2].flatMap((qos) => flawlessMessages(`sensors-${qos + 1}`, qos, 20));

const lost = (message: MadeMessage): MadeMessage => ({ ...message, arrivals: [] });
const twice = (message: MadeMessage): MadeMessage => ({ ...message, arrivals: [...message.arrivals, ...message.arrivals.map(({ t, qos }) => ({ t: t + 50, qos }))] });
const phantom = (client: string, n: number): Line => [2_000, 'observer-cloud', 'mqtt.received', { at: 'cloud', client, n, qos: 0, dup: false, latencyMs: 1 }];
const unacked = (message: MadeMessage): MadeMessage => ({ ...message, ackedMs: undefined });
const downgraded = (message: MadeMessage): MadeMessage => ({ ...message, arrivals: message.arrivals.map(({ t, qos }) => ({ t, qos: qos - 1 })) });

test.each(CHECKERS)('$that: clean messages pass, with figures', (checker) => {
  expect(judged(checker, messageJournal(clean), {})).toMatchObject({ verdict: 'pass', figures: { sent: 20, acked: 20, received: 20, phantoms: 0 }, findingsTotal: 0 });
});

describe('qos2.exactlyOnce', () => {
  test('finds a message that was acknowledged and lost, and says under which fault', () => {
    const lines = [...messageJournal(changed(clean, 'sensors-3', 7, lost)), ...faultLines('reset@uplink#1', 'uplink', 1_500, 1_700)];
    const judgement = judged(qos2ExactlyOnce, lines, {});
    expect(judgement).toMatchObject({ verdict: 'fail', figures: { lost: 1, received: 19 }, findingsTotal: 1 });
    expect(judgement.because).toBe('1 of 20 messages lost after they were acknowledged, at 1.6 s under reset@uplink#1');
    expect(judgement.findings[0]).toEqual({ t: 1_600, text: 'sensors-3 n 7, sent at 1.6 s and acknowledged, never arrived', faults: ['reset@uplink#1'] });
  });

  test('finds a message that arrived twice', () => {
    expect(judged(qos2ExactlyOnce, messageJournal(changed(clean, 'sensors-3', 7, twice)), {})).toMatchObject({ verdict: 'fail', figures: { duplicates: 1, lost: 0 } });
  });

  test('finds a message that arrived twice though it was never acknowledged', () => {
    const lines = messageJournal(changed(clean, 'sensors-3', 7, (message) => unacked(twice(message))));
    expect(judged(qos2ExactlyOnce, lines, {})).toMatchObject({ verdict: 'fail', figures: { duplicates: 1 } });
  });

  test('finds a message that arrived at a lower QoS', () => {
    expect(judged(qos2ExactlyOnce, messageJournal(changed(clean, 'sensors-3', 7, downgraded)), {})).toMatchObject({ verdict: 'fail', figures: { downgraded: 1 } });
  });

  test('allows that a message without acknowledgement is lost', () => {
    const lines = messageJournal(changed(clean, 'sensors-3', 7, (message) => unacked(lost(message))));
    expect(judged(qos2ExactlyOnce, lines, {}).verdict).toBe('pass');
  });

  test('allows that a message acknowledged after the quiesce is still under way', () => {
    const lines = messageJournal(changed(clean, 'sensors-3', 20, (message) => ({ ...lost(message), ackedMs: QUIESCED_MS + 1 })));
    expect(judged(qos2ExactlyOnce, lines, {}).verdict).toBe('pass');
  });

  test('does not look at other levels', () => {
    expect(judged(qos2ExactlyOnce, messageJournal(changed(clean, 'sensors-2', 7, twice)), {}).verdict).toBe('pass');
  });

  test('looks where it is told', () => {
    expect(judged(qos2ExactlyOnce, messageJournal(clean), { at: 'edge' })).toMatchObject({ verdict: 'fail', figures: { lost: 20 } });
  });
});

describe('qos1.atLeastOnce', () => {
  test('finds a message that was acknowledged and lost', () => {
    expect(judged(qos1AtLeastOnce, messageJournal(changed(clean, 'sensors-2', 1, lost)), {})).toMatchObject({ verdict: 'fail', figures: { lost: 1 } });
  });

  test('finds a message that arrived at QoS 0', () => {
    expect(judged(qos1AtLeastOnce, messageJournal(changed(clean, 'sensors-2', 1, downgraded)), {})).toMatchObject({ verdict: 'fail', figures: { downgraded: 1 } });
  });

  test('counts redelivery and allows it', () => {
    expect(judged(qos1AtLeastOnce, messageJournal(changed(clean, 'sensors-2', 1, twice)), {})).toMatchObject({ verdict: 'pass', figures: { redelivered: 1 } });
  });

  test('allows that a message without acknowledgement is lost', () => {
    const lines = messageJournal(changed(clean, 'sensors-2', 1, (message) => unacked(lost(message))));
    expect(judged(qos1AtLeastOnce, lines, {}).verdict).toBe('pass');
  });
});

describe('qos0.atMostOnce', () => {
  test('finds a message that arrived twice', () => {
    expect(judged(qos0AtMostOnce, messageJournal(changed(clean, 'sensors-1', 20, twice)), {})).toMatchObject({ verdict: 'fail', figures: { duplicates: 1 } });
  });

  test('counts loss as a figure', () => {
    expect(judged(qos0AtMostOnce, messageJournal(changed(clean, 'sensors-1', 20, lost)), {})).toMatchObject({ verdict: 'pass', figures: { lost: 1, lostPercent: 5 } });
  });
});

describe.each(CHECKERS)('$that', (checker) => {
  test.each([['sensors-1', 99], ['sensors-77', 1]])('finds what nobody sent: %s n %i', (client, n) => {
    expect(judged(checker, [...messageJournal(clean), phantom(client, n)], {})).toMatchObject({ verdict: 'fail', figures: { phantoms: 1 } });
  });

  test.each<[string, Line[], string]>([
    ['no message of its level', messageJournal(clean.filter(({ qos }) => `qos${qos}` !== checker.that.slice(0, 4))), 'was sent'],
    ['nobody at the far end', messageJournal(clean).filter(([, source]) => source !== 'observer-cloud'), 'nobody observed at cloud'],
    ['no topology', messageJournal(clean).filter(([, , type]) => type !== 'run.started'), 'does not tell where'],
    ['no quiesce', messageJournal(clean).filter(([, , type]) => type !== 'run.quiesced'), 'never quiesced'],
    ['clients whose gateway nobody knows', messageJournal(clean).filter(([, , type]) => type !== 'mqtt.connected'), 'does not tell where'],
  ])('is inconclusive with %s', (_, lines, because) => {
    const judgement = judged(checker, lines, {});
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.because).toContain(because);
  });
});
