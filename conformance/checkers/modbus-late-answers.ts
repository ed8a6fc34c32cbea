import { z } from '../../hil/runtime/schema.ts';
import type { Checker } from './checker.ts';
import { counterBounds, judgeFinalCounts } from './counter-bounds.ts';
import { duringPhase } from './during-phase.ts';
import type { History } from './history.ts';
import { seen, southboundConnected, southboundLate } from './journal-events.ts';
import { makeJudgement } from './make-judgement.ts';

const params = z.strictObject({
  group: z.string().optional().describe('Only the lines of this PLC group.'),
  gateway: z.string().optional().describe('Only lines of this gateway.'),
  during: z.string().optional().describe('Only this phase.'),
  ...counterBounds,
});

/** Counts what the gateways say about answers that nobody waited for any more. */
export const modbusLateAnswers: Checker<typeof params, 'modbus.lateAnswers'> = {
  that: 'modbus.lateAnswers',
  purpose: 'The number of Modbus answers that a gateway dropped because they answered no outstanding request is within the stated bounds, or moved at all.',
  params,
  check(history, { group, gateway, during, ...bounds }) {
    const stretch = duringPhase(history, during);
    if (stretch.kind === 'unknown') return makeJudgement('inconclusive', stretch.because);
    const isAsked = chosenLines(history, group);
    const reached = seen(history, southboundConnected).filter(({ source, data }) => (gateway === undefined || source === gateway) && isAsked(data.line));
    if (reached.length === 0) return makeJudgement('inconclusive', `no gateway ever opened a line${group === undefined ? '' : ` of PLC group ${group}`}`);
    const last = new Map(reached.map(({ source }): [string, number] => [source, 0]));
    for (const { t, source, data } of seen(history, southboundLate)) {
      const before = last.get(source);
      if (before !== undefined && isAsked(data.line) && stretch.includes(t)) last.set(source, before + data.answers);
    }
    const what = `answers${group === undefined ? '' : ` of ${group}`} that nobody waited for${stretch.text}`;
    return judgeFinalCounts(history, { counter: 'lateAnswers', what, place: 'gateway', last }, bounds);
  },
};

/** A serial line bears the name of its group, a TCP line that of its device. */
function chosenLines(history: History, group: string | undefined): (line: string) => boolean {
  if (group === undefined) return () => true;
  const members = history.topology?.plcs.find((plcs) => plcs.group === group)?.devices ?? [];
  return (line) => line === group || members.includes(line);
}
