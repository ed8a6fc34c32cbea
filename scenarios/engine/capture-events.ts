import type { JournalEntry } from '../../hil/runtime/journal.ts';
import { numberField, textField } from '../../hil/runtime/observation-fields.ts';
import type { CaptureEvent } from '../../reports/pcapng/merge-captures.ts';

/** Lines that one capture shows at most; a fault may hit thousands of frames. */
const EVENTS_MAX = 20_000;

/** What a reader of a capture wants to know beside the packets, in words. */
const WORDS: Readonly<Record<string, (entry: JournalEntry) => string>> = {
  'phase.started': ({ data }) => `phase ${textField(data, 'phase')}`,
  'fault.started': ({ data }) => `fault ${textField(data, 'fault')} begins (${textField(data, 'kind')} on ${textField(data, 'on')})`,
  'fault.ended': ({ data }) => `fault ${textField(data, 'fault')} ends`,
  'link.verified': ({ data }) => `${textField(data, 'link')} ${data['ok'] === true ? 'is whole again' : `is not whole: ${textField(data, 'detail')}`}`,
  'modbus.hit': ({ data }) => `fault ${textField(data, 'fault')} hits unit ${numberField(data, 'unit')}, function code ${numberField(data, 'functionCode')}: ${textField(data, 'what')}`,
  'capture.stopped': ({ source, data }) => `the capture of ${source} stops: ${textField(data, 'because')}`,
  'child.died': ({ data }) => `${textField(data, 'child')} died: ${textField(data, 'detail')}`,
  'run.quiesced': () => 'senders stop',
  'run.interrupted': ({ data }) => `interrupted by ${textField(data, 'signal')}`,
};

/**
 * The lines of a capture from a journal.
 * @param entries - By time.
 * @param startWallMs - Wall-clock instant of the start of the run.
 */
export function captureEvents(entries: readonly JournalEntry[], startWallMs: number): CaptureEvent[] {
  const told = entries.flatMap((entry) => {
    const words = WORDS[entry.type];
    return words === undefined ? [] : [{ wallMs: startWallMs + entry.t, text: words(entry) }];
  });
  if (told.length <= EVENTS_MAX) return told;
  const last = told[EVENTS_MAX - 1]?.wallMs ?? startWallMs;
  return [...told.slice(0, EVENTS_MAX - 1), { wallMs: last, text: `${told.length - EVENTS_MAX + 1} more events are in the journal only` }];
}
