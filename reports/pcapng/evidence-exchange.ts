import { fromHex, type EvidenceStep } from '../../conformance/framework/evidence.ts';
import type { WireSide } from '../../hil/transport/wire-tap.ts';
import type { ExchangedBytes } from './case-capture.ts';

/**
 * The steps of a case as bytes that passed, in order of time. The side that dialled is the client of a connection: the
 * tester where it opened it, the SUT where the tester accepted it.
 */
export function evidenceExchange(steps: readonly EvidenceStep[]): ExchangedBytes[] {
  const tester = new Map<string, WireSide>();
  const exchanged: ExchangedBytes[] = [];
  const add = (step: Extract<EvidenceStep, { on: string }>, from: 'tester' | 'sut', bytes: ExchangedBytes['bytes']): void => {
    const ours = tester.get(step.on);
    if (ours === undefined || (typeof bytes !== 'string' && bytes.length === 0)) return;
    exchanged.push({ timeMs: step.tMs, connection: step.on, from: from === 'tester' ? ours : other(ours), bytes });
  };
  for (const step of steps) {
    if ((step.op === 'open' || step.op === 'accept') && step.result === 'open') tester.set(step.on, step.op === 'open' ? 'client' : 'server');
    if (step.op === 'send' && step.result) add(step, 'tester', fromHex(step.hex));
    if (step.op === 'frame' || step.op === 'unread') add(step, 'sut', fromHex(step.hex));
    if (step.op === 'closed') {
      add(step, 'sut', fromHex(step.hex));
      add(step, 'sut', step.how === 'fin' ? 'end' : 'reset');
    }
    if (step.op === 'close') add(step, 'tester', step.how === 'fin' ? 'end' : 'reset');
  }
  return exchanged.toSorted((a, b) => a.timeMs - b.timeMs);
}

function other(side: WireSide): WireSide {
  return side === 'client' ? 'server' : 'client';
}
