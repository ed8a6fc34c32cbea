import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../hil/runtime/package-root.ts';
import { serverMusts } from './catalogue-musts.contract.ts';
import { DATA_PROBES } from './data-probes.contract.ts';
import { DIAGNOSTIC_PROBES } from './diagnostic-probes.contract.ts';
import { EVIDENCE } from './evidence.contract.ts';
import { GENERAL_PROBES } from './general-probes.contract.ts';
import { PROBED_TRANSPORTS, type Probe, type ProbedTransport } from './probe.contract.ts';
import { openProbedLine } from './probed-lines.contract.ts';
import { RECORD_PROBES } from './record-probes.contract.ts';

/** A probe shows the statement on each of these transports. */
function isProbed(id: string, transports: readonly ProbedTransport[]): boolean {
  return transports.every((transport) => PROBES.some(({ ids, on = PROBED_TRANSPORTS }) => ids.includes(id) && on.includes(transport)));
}

const PROBES: readonly Probe[] = [...GENERAL_PROBES, ...DATA_PROBES, ...DIAGNOSTIC_PROBES, ...RECORD_PROBES];

describe.each(PROBED_TRANSPORTS)('a virtual PLC over %s keeps the musts of the catalogue', (transport) => {
  const probes = PROBES.filter(({ on = PROBED_TRANSPORTS }) => on.includes(transport)).map((probe) => ({ ...probe, cited: probe.ids.join(', ') }));

  test.each(probes)('$cited: $name', async ({ device, steps }) => {
    const line = await openProbedLine(transport, device?.());
    try {
      const answers: string[] = [];
      for (const probed of steps) answers.push(`${probed.ask} -> ${await line.ask(probed)}`);
      expect(answers).toEqual(steps.map(({ ask, answers: wanted }) => `${ask} -> ${wanted}`));
    } finally {
      await line.close();
    }
  });
});

describe('the catalogue', () => {
  const musts = serverMusts();

  test('every must that binds a server is shown by probes on each of its transports, or by a test, or has a stated reason', () => {
    const open = musts.filter(({ id, transports }) => !isProbed(id, transports) && EVIDENCE[id] === undefined);
    expect(open.map(({ id }) => id)).toEqual([]);
    expect(musts.length).toBeGreaterThan(140);
  });

  test('the tests that are named as evidence exist', () => {
    const missing = Object.entries(EVIDENCE).flatMap(([id, entries]) =>
      entries.filter((entry) => 'title' in entry && !readFileSync(join(packageRoot(), entry.file), 'utf8').includes(entry.title)).map(() => id),
    );
    expect(missing).toEqual([]);
  });

  test('no probe and no evidence names a statement that the catalogue does not have', () => {
    const known = readFileSync(join(packageRoot(), 'conformance', 'catalogue', 'modbus.tsv'), 'utf8').split('\n').map((row) => row.split('\t')[0]);
    const named = [...PROBES.flatMap(({ ids }) => ids), ...Object.keys(EVIDENCE)];
    expect(named.filter((id) => !known.includes(id))).toEqual([]);
  });

  test('the profile schema says that its addresses are PDU addresses', () => {
    expect(readFileSync(join(packageRoot(), 'hil', 'gateway', 'southbound', 'device-profile.schema.json'), 'utf8')).toContain('Zero-based PDU address');
  });
});
