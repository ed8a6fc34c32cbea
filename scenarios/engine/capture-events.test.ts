import { expect, test } from 'vitest';
import type { JournalEntry } from '../../hil/runtime/journal.ts';
import type { ObservationData } from '../../hil/runtime/observation.ts';
import { captureEvents } from './capture-events.ts';

function entry(t: number, type: string, data: ObservationData): JournalEntry {
  return { seq: 0, hash: '', source: 'runner', t, type, data };
}

test('what a reader of packets wants to know is told at its instant, the rest is not', () => {
  const entries = [
    entry(1, 'fault.started', { fault: 'partition@uplink#1', kind: 'partition', on: 'uplink' }),
    entry(2, 'mqtt.received', {}),
    entry(2.5, 'modbus.hit', { fault: 'crcError@line-a#1', unit: 3, functionCode: 4, what: 'its CRC is wrong' }),
    entry(4, 'link.verified', { link: 'uplink', ok: false, detail: 'refused' }),
  ];
  expect(captureEvents(entries, 1_000)).toEqual([
    { wallMs: 1_001, text: 'fault partition@uplink#1 begins (partition on uplink)' },
    { wallMs: 1_002.5, text: 'fault crcError@line-a#1 hits unit 3, function code 4: its CRC is wrong' },
    { wallMs: 1_004, text: 'uplink is not whole: refused' },
  ]);
});

test('a fault that hits without end is told so far and no further', () => {
  const hits = Array.from({ length: 30_000 }, (_hit, t) => entry(t, 'modbus.hit', { fault: 'f', unit: 1, functionCode: 3, what: 'x' }));
  const told = captureEvents(hits, 0);
  expect(told).toHaveLength(20_000);
  expect(told.at(-1)?.text).toBe('10001 more events are in the journal only');
});
