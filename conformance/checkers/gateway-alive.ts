import { z } from '../../hil/runtime/schema.ts';
import type { Checker } from './checker.ts';
import { collectFindings } from './collect-findings.ts';
import { childDied, processSample, seen } from './journal-events.ts';
import { makeJudgement } from './make-judgement.ts';
import { counted, listed, seconds } from './wording.ts';

const params = z.strictObject({});

/** A gateway that sampled itself less long ago than this was alive, milliseconds; samples come once a second or more often. */
const SILENCE_MS_MAX = 5_000;

/**
 * Every gateway sampled itself until the run ended, and none died. A death among the testbed's own children is no fault
 * of the gateway's, but leaves the run without evidence.
 */
export const gatewayAlive: Checker<typeof params, 'gateway.alive'> = {
  that: 'gateway.alive',
  purpose: 'Every gateway ran until the end.',
  params,
  check(history) {
    const gateways = (history.topology?.gateways ?? []).map(({ id }) => id);
    const endMs = history.ofType('run.ended')[0]?.t;
    if (gateways.length === 0) return makeJudgement('inconclusive', 'the journal does not tell which gateways there were');
    if (endMs === undefined) return makeJudgement('inconclusive', 'the journal does not tell when the run ended');
    const findings = collectFindings(history);
    const strangers: string[] = [];
    for (const { t, data } of seen(history, childDied)) {
      if (gateways.includes(data.child)) findings.add('died', t, `${data.child} died at ${seconds(t)}: ${data.detail}`);
      else strangers.push(`${data.child} (${data.detail})`);
    }
    const lastMs = new Map<string, number>();
    const samples = seen(history, processSample).filter(({ source, t }) => gateways.includes(source) && t <= endMs);
    for (const { source, t } of samples) lastMs.set(source, Math.max(t, lastMs.get(source) ?? t));
    for (const [id, t] of lastMs) {
      if (endMs - t > SILENCE_MS_MAX) findings.add('silent', t, `${id} was last heard of at ${seconds(t)}, ${seconds(endMs - t)} before the end`);
    }
    const figures = { gateways: gateways.length, samples: samples.length };
    if (findings.all.length > 0) return makeJudgement('fail', findings.all.map(({ text }) => text).join('; '), { figures, findings: findings.all });
    const unsampled = gateways.filter((id) => !lastMs.has(id));
    if (unsampled.length > 0) return makeJudgement('inconclusive', `${listed(unsampled)} never sampled itself`, { figures });
    if (strangers.length > 0) return makeJudgement('inconclusive', `a part of the testbed died: ${listed(strangers)}`, { figures });
    return makeJudgement('pass', `${counted(gateways.length, 'gateway')} alive until the end, at ${seconds(endMs)}`, { figures });
  },
};
