import { sizeBytes } from '../../hil/runtime/quantities.ts';
import { z } from '../../hil/runtime/schema.ts';
import type { Checker } from './checker.ts';
import { collectFindings } from './collect-findings.ts';
import { duringPhase } from './during-phase.ts';
import { processSample, seen } from './journal-events.ts';
import { makeJudgement } from './make-judgement.ts';
import { counted, listed, megabytes, seconds } from './wording.ts';

const params = z.strictObject({
  gateway: z.string().optional().describe('By default every gateway.'),
  max: sizeBytes.describe('Most resident memory of a gateway process.'),
  during: z.string().optional().describe('Only samples of this phase.'),
});

/** Resident memory of the gateway processes, as each sampled itself; peaks between two samples are not seen. */
export const gatewayRss: Checker<typeof params, 'gateway.rss'> = {
  that: 'gateway.rss',
  purpose: 'No gateway held more resident memory than stated.',
  params,
  check(history, { gateway, max, during }) {
    const stretch = duringPhase(history, during);
    if (stretch.kind === 'unknown') return makeJudgement('inconclusive', stretch.because);
    const gateways = gateway === undefined ? (history.topology?.gateways ?? []).map(({ id }) => id) : [gateway];
    if (gateways.length === 0) return makeJudgement('inconclusive', 'the journal does not tell which gateways there were');
    const samples = seen(history, processSample).filter(({ source, t }) => gateways.includes(source) && stretch.includes(t));
    const findings = collectFindings(history);
    for (const { t, source, data } of samples) {
      if (data.rssBytes > max) findings.add('above', t, `${source} held ${megabytes(data.rssBytes)} at ${seconds(t)}`);
    }
    const peakOf = (id: string): number =>
      samples.reduce((peak, { source, data }) => (source === id ? Math.max(peak, data.rssBytes) : peak), 0);
    const sampled = gateways.filter((id) => samples.some(({ source }) => source === id));
    const figures = { samples: samples.length, ...Object.fromEntries(sampled.map((id) => [`${id} rssMaxBytes`, peakOf(id)])) };
    const peaksOf = sampled.map((id) => `${id} at most ${megabytes(peakOf(id))}`).join(', ');
    const peaks = `${peaksOf} against a limit of ${megabytes(max)}; ${counted(samples.length, 'sample')}${stretch.text}`;
    if (findings.all.length > 0) {
      return makeJudgement('fail', `${peaks}; above it ${findings.span('above')}`, { figures, findings: findings.all });
    }
    const unsampled = gateways.filter((id) => !sampled.includes(id));
    if (unsampled.length > 0) return makeJudgement('inconclusive', `no memory sample of ${listed(unsampled)}${stretch.text}`, { figures });
    return makeJudgement('pass', peaks, { figures });
  },
};
