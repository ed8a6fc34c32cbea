import { z } from '../../hil/runtime/schema.ts';
import type { Checker } from './checker.ts';
import { counterBounds, judgeFinalCounts } from './counter-bounds.ts';
import { duringPhase } from './during-phase.ts';
import type { History } from './history.ts';
import { seen, southboundConnected, southboundFailed } from './journal-events.ts';
import { makeJudgement } from './make-judgement.ts';

/** How a request may fail for good, as gateways tell it. */
const FAILURES = ['timeout', 'exception', 'corrupt', 'closed'] as const;

const params = z.strictObject({
  kind: z.enum(FAILURES).optional().describe('By default all.'),
  group: z.string().optional().describe('Only devices of this PLC group.'),
  device: z.string().optional().describe('Only this device, such as pumps-1.'),
  during: z.string().optional().describe('Only this phase.'),
  ...counterBounds,
});

/** Counts what the gateways say about requests that failed after all their retries. */
export const southboundFailedChecker: Checker<typeof params, 'southbound.failed'> = {
  that: 'southbound.failed',
  purpose: 'The number of Modbus requests that a gateway gave up is within the stated bounds, or moved at all.',
  params,
  check(history, { kind, group, device, during, ...bounds }) {
    const stretch = duringPhase(history, during);
    if (stretch.kind === 'unknown') return makeJudgement('inconclusive', stretch.because);
    const last = new Map([...new Set(seen(history, southboundConnected).map(({ source }) => source))].map((gateway): [string, number] => [gateway, 0]));
    if (last.size === 0) return makeJudgement('inconclusive', 'no gateway ever reached a device');
    const isAsked = chosenDevices(history, group, device);
    for (const { t, source, data } of seen(history, southboundFailed)) {
      if ((kind === undefined || data.kind === kind) && isAsked(data.device) && stretch.includes(t)) last.set(source, (last.get(source) ?? 0) + 1);
    }
    const of = device ?? group;
    const what = `requests${of === undefined ? '' : ` to ${of}`} given up${kind === undefined ? '' : ` (${kind})`}${stretch.text}`;
    return judgeFinalCounts(history, { counter: 'failed', what, place: 'gateway', last }, bounds);
  },
};

function chosenDevices(history: History, group: string | undefined, device: string | undefined): (name: string) => boolean {
  const members = group === undefined ? undefined : (history.topology?.plcs.find((plcs) => plcs.group === group)?.devices ?? []);
  return (name) => (device === undefined || name === device) && (members === undefined || members.includes(name));
}
