import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { EvidenceStep } from '../../conformance/framework/evidence.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import { caseCapture, type CaseCaptureOptions } from '../../reports/pcapng/case-capture.ts';
import { evidenceExchange } from '../../reports/pcapng/evidence-exchange.ts';
import type { CaseFiles, CaseFileTable } from '../../reports/case-files.ts';
import type { SuiteRecord } from '../../reports/suite-record.ts';
import { writeAtomically } from '../../reports/write-atomically.ts';
import { reproducer, type ReproducerOptions } from '../../reports/writers/suite/reproducer.ts';

/** Captures of one run take no more than this together; the cases that did not pass come first. */
export const CAPTURE_BYTES_MAX = 64 * 1_024 * 1_024;

/** What was written beside the report. */
export interface WrittenCaseFiles {
  readonly files: CaseFileTable;
  /** Cases whose capture would have gone beyond `CAPTURE_BYTES_MAX`. */
  readonly withoutCapture: number;
}

/**
 * Writes the capture of each case (`evidence/<id>.pcapng`) and, for each that failed, a script that does it again
 * (`reproduce/<id>.mjs`), from the evidence alone.
 * @throws FieldproofError FP_FILE_UNREADABLE.
 */
export function writeCaseFiles(
  record: SuiteRecord,
  evidence: ReadonlyMap<string, readonly EvidenceStep[]>,
  { suite, pixit, folder }: { readonly suite: Suite; readonly pixit: Pixit; readonly folder: string },
): WrittenCaseFiles {
  const carrier = carrierOf(suite.name, record.sut.address);
  const target = reproducerTarget(record.sut.address, suite, pixit);
  const startedWallMs = Date.parse(record.startedAt);
  const files = new Map<string, CaseFiles>();
  let capturedBytes = 0;
  let withoutCapture = 0;
  for (const result of record.cases.toSorted((a, b) => Number(a.verdict === 'pass') - Number(b.verdict === 'pass'))) {
    const steps = evidence.get(result.id) ?? [];
    if (steps.length === 0) continue;
    const capture = caseCapture(evidenceExchange(steps), { carrier, startedWallMs: startedWallMs + result.startMs, title: result.id });
    const isKept = capturedBytes + capture.length <= CAPTURE_BYTES_MAX;
    if (isKept) {
      capturedBytes += capture.length;
      writeAtomically(join(folder, 'evidence'), `${result.id}.pcapng`, capture);
    } else withoutCapture += 1;
    // A script dials the address itself, and knows nothing of WebSockets.
    const isPlain = !steps.some((step) => step.op === 'open' && step.target !== '');
    const isReproduced = target !== undefined && isPlain && result.verdict === 'fail';
    if (isReproduced) chmodSync(writeAtomically(join(folder, 'reproduce'), `${result.id}.mjs`, new TextEncoder().encode(reproducer(result, steps, target))), 0o755);
    files.set(result.id, {
      ...(isKept ? { capture: `evidence/${result.id}.pcapng` } : {}),
      ...(isReproduced ? { reproducer: `reproduce/${result.id}.mjs` } : {}),
    });
  }
  return { files, withoutCapture };
}

/** What Wireshark is to take the bytes for. */
function carrierOf(suiteName: string, address: string): CaseCaptureOptions['carrier'] {
  if (!suiteName.startsWith('modbus')) return 'mqtt';
  if (/ascii/iu.test(address)) return 'modbus-ascii';
  return isModbusTcp(address) ? 'modbus-tcp' : 'modbus-rtu';
}

function isModbusTcp(address: string): boolean {
  return /^(?:modbus(?:[+-]tcp)?|tcp):/iu.test(address);
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1_883, 'mqtts:': 8_883, 'modbus:': 502, 'modbus-tcp:': 502, 'modbus+tcp:': 502, 'tcp:': 502 };

/** Undefined where a script with nothing but sockets cannot go: WebSocket, serial lines, other Modbus carriers. */
function reproducerTarget(address: string, suite: Suite, { answerTimeoutMs }: Pixit): ReproducerOptions | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const byDefault = DEFAULT_PORTS[url?.protocol ?? ''];
  if (url === undefined || byDefault === undefined || (suite.name.startsWith('modbus') && !isModbusTcp(address))) return undefined;
  return {
    carrier: suite.name.startsWith('modbus') ? 'modbus-tcp' : 'mqtt',
    host: url.hostname.replace(/^\[(.*)\]$/u, '$1'),
    port: url.port === '' ? byDefault : Number(url.port),
    tls: url.protocol === 'mqtts:',
    answerTimeoutMs,
    describeFrame: (bytes, from, caseId) => suite.describeFrame(bytes, from, caseId),
  };
}
