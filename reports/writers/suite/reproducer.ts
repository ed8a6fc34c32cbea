import { fromHex, type EvidenceStep } from '../../../conformance/framework/evidence.ts';
import { caseBasis } from '../../../conformance/framework/case-basis.ts';
import type { CaseResult } from '../../../conformance/framework/case-result.ts';
import type { Suite } from '../../../conformance/framework/suite.ts';
import { printableLine } from '../../printable-text.ts';
import { REPRODUCER_RUNTIME } from './reproducer-runtime.ts';

/** What a reproducer speaks: how its bytes are cut into frames, and what hints it can give. */
export type ReproducerCarrier = 'mqtt' | 'modbus-tcp';

export interface ReproducerOptions {
  readonly carrier: ReproducerCarrier;
  /** Where the SUT was; host and port can be given to the script in their place. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The wait for an answer that is due, milliseconds. */
  readonly answerTimeoutMs: number;
  readonly describeFrame: Suite['describeFrame'];
}

/** Steps of one script at most; the rest of a long case is left out, and the script says so. */
const STEPS_MAX = 5_000;

/**
 * A Node script without dependencies that does what the tester did in a case, in the same order: connects, sends the same
 * bytes, waits for what was received before it goes on, cuts, pauses. It prints what comes, with time and a hint, beside what
 * the record has, and ends with the verdict. Pure: the same evidence gives the same script.
 */
export function reproducer(result: Pick<CaseResult, 'id' | 'purpose' | 'verdict' | 'because' | 'statements' | 'source'>, steps: readonly EvidenceStep[], options: ReproducerOptions): string {
  const { carrier, host, port, tls, answerTimeoutMs, describeFrame } = options;
  const written = steps.slice(0, STEPS_MAX).flatMap((step) => stepLines(step, result.id, describeFrame));
  const left = steps.length - STEPS_MAX;
  const facts = { id: result.id, purpose: result.purpose, statements: caseBasis(result), verdict: result.verdict, because: result.because, carrier, host, port, tls, answerTimeoutMs };
  return [
    '#!/usr/bin/env node',
    `// ${result.id}: ${comment(result.purpose)}`,
    '// Made from the evidence of one run. It needs Node 20 and nothing else:',
    `//   node ${result.id}.mjs [host] [port]      (by default ${comment(host)} ${port})`,
    "import net from 'node:net';",
    "import tls from 'node:tls';",
    '',
    `const CASE = ${JSON.stringify(facts, undefined, 2)};`,
    '',
    '// What the tester did and what it was given, in order: what, on which connection, hexadecimal or milliseconds.',
    'const STEPS = [',
    ...written,
    ...(left > 0 ? [`  ['note', '', 'the record has ${left} more steps, which are left out here'],`] : []),
    '];',
    REPRODUCER_RUNTIME,
  ].join('\n');
}

function stepLines(step: EvidenceStep, caseId: string, describe: Suite['describeFrame']): string[] {
  switch (step.op) {
    case 'open':
      return [`  // ${comment(step.on)} connects: ${step.result}`, line('open', step.on, step.result)];
    case 'accept':
      return step.result === 'open' ? [`  // the SUT connects: ${comment(step.on)}`, line('accept', step.on)] : [line('note', step.on, 'the SUT did not connect')];
    case 'send':
      return [`  // ${comment(step.on)} -> ${comment(describe(fromHex(step.hex), 'tester', caseId))}`, line('send', step.on, step.hex)];
    case 'frame':
      return [`  // ${comment(step.on)} <- ${comment(describe(fromHex(step.hex), 'sut', caseId))}`, line('frame', step.on, step.hex)];
    case 'closed':
      return [line('closed', step.on, step.how)];
    case 'silence':
      return [line('silence', step.on, step.waitedMs)];
    case 'close':
      return [line('close', step.on, step.how)];
    case 'pause':
      return [line('pause', '', step.ms)];
    case 'act':
      return [line('act', '', `${step.action} ${JSON.stringify(step.params)}`)];
    case 'note':
      return [line('note', '', comment(step.text))];
    case 'unread':
    case 'now':
      return [];
  }
}

/** A step as an element of the script's list. */
function line(...parts: readonly (string | number)[]): string {
  return `  ${JSON.stringify(parts)},`;
}

/** On one line, and nothing that a terminal or an editor would act on. */
function comment(text: string): string {
  return printableLine(text);
}
