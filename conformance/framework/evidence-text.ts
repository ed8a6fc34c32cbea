import { fromHex, type EvidenceStep } from './evidence.ts';
import type { Suite } from './suite.ts';

/** Evidence of a case as a person reads it: a line a step, time in milliseconds, who sent what. */
export function evidenceText(steps: readonly EvidenceStep[], caseId: string, suite: Pick<Suite, 'describeFrame'>): string[] {
  return steps.flatMap((step) => {
    const text = stepText(step, caseId, suite);
    return text === undefined ? [] : [`${step.tMs.toFixed(3).padStart(10)} ms  ${text}`];
  });
}

function stepText(step: EvidenceStep, caseId: string, { describeFrame }: Pick<Suite, 'describeFrame'>): string | undefined {
  switch (step.op) {
    case 'open':
      return `${step.on} connects${step.target === '' ? '' : ` to ${step.target}`}: ${step.result}`;
    case 'accept':
      return `${step.on}: ${step.result === 'open' ? 'the SUT connects' : 'the SUT does not connect'}`;
    case 'send':
      return `${step.on} -> ${describeFrame(fromHex(step.hex), 'tester', caseId)}${step.result ? '' : ' (not sent: the connection is closed)'}  | ${shortHex(step.hex)}`;
    case 'frame':
      return `${step.on} <- ${describeFrame(fromHex(step.hex), 'sut', caseId)}  | ${shortHex(step.hex)}`;
    case 'unread':
      return `${step.on} <- (not asked for) ${describeFrame(fromHex(step.hex), 'sut', caseId)}  | ${shortHex(step.hex)}`;
    case 'closed':
      return `${step.on}: the SUT ${step.how === 'fin' ? 'closes' : 'cuts'} the connection${step.hex === '' ? '' : `, with ${shortHex(step.hex)} unfinished`}`;
    case 'silence':
      return `${step.on}: nothing for ${step.waitedMs} ms`;
    case 'close':
      return `${step.on}: the tester ${step.how === 'fin' ? 'closes' : 'cuts'} the connection`;
    case 'pause':
      return `${step.ms} ms pass`;
    case 'act':
      return `${step.action} ${JSON.stringify(step.params)}: ${JSON.stringify(step.result)}`;
    case 'note':
      return `# ${step.text}`;
    case 'now':
      return undefined;
  }
}

/** Bytes of hexadecimal shown; the journal has all. */
const HEX_CHARACTERS_MAX = 160;

function shortHex(hex: string): string {
  return hex.length <= HEX_CHARACTERS_MAX ? hex : `${hex.slice(0, HEX_CHARACTERS_MAX)}... (${hex.length / 2} bytes)`;
}
