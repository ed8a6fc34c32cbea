import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { completePics } from '../../conformance/framework/pics.ts';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import { evidenceFromJournal } from '../../conformance/framework/suite-journal.ts';
import { BROKER_SUITE } from '../../conformance/mqtt/broker/broker-suite.ts';
import { startCoreBroker, type StartedCoreBroker } from '../../hil/gateway/broker/core/start-core-broker.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { readJournal } from '../../hil/runtime/journal-reader.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import { QOS_RECEIVER_DEFECTS, QOS_SENDER_DEFECTS } from '../../sim/mqtt-defects/broker/qos-fault-defects.ts';
import { serveDefect, type DefectiveServer } from '../../sim/mqtt-defects/serve-defect.ts';
import { runConformance } from './run-conformance.ts';
import { writeCaseFiles } from './write-case-files.ts';

let folder: string;
let broker: StartedCoreBroker;
let defective: DefectiveServer | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldproof-reproducer-'));
  broker = await startCoreBroker({ host: '127.0.0.1', port: 0 }, { clock: realClock, random: randomFromSeed(1) });
});

afterEach(async () => {
  await defective?.stop();
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a case that failed leaves a script that shows the same defect again, and no difference to the record', async () => {
  const { output, files } = await reproduced('TP_MQTT5_BROKER_FAULTQOS2_021', 'delivers-resent-publish-again');
  expect(output.match(/subscriber <- PUBLISH .*"message"/gu)).toHaveLength(2);
  expect(output).toContain('The record: FAIL: subscriber: "message" was delivered 2 times');
  expect(output).not.toContain('DIFFERENT');
  expect(files.capture).toBe('evidence/TP_MQTT5_BROKER_FAULTQOS2_021.pcapng');
  expect(readFileSync(join(folder, 'run', files.capture ?? '')).subarray(0, 4)).toEqual(Buffer.from('0a0d0d0a', 'hex'));
}, 30_000);

test('the same script on a good broker says where it differs from the record', async () => {
  const { script } = await reproduced('TP_MQTT3_BROKER_FAULTQOS2_321', 'resends-without-dup');
  const output = await runScript(script, broker.port);
  expect(output).toMatch(/subscriber-2 <- PUBLISH q2 d1 .*"message"/u);
  expect(output).toMatch(/subscriber-2: DIFFERENT from the record: PUBLISH q2 d0/u);
}, 30_000);

/** Runs one case on a broker with a defect, and then its script on the same broker. */
async function reproduced(caseId: string, defectId: string): Promise<{ script: string; output: string; files: { readonly capture?: string; readonly reproducer?: string } }> {
  const defect = [...QOS_RECEIVER_DEFECTS, ...QOS_SENDER_DEFECTS].find(({ id }) => id === defectId);
  if (defect === undefined) throw new Error(`no defect ${defectId}`);
  const dial = (): ReturnType<typeof connectTcp> => connectTcp({ host: '127.0.0.1', port: broker.port }, { clock: realClock, timeoutMs: 5_000 });
  const server = await serveDefect(defect, { clock: realClock, dial });
  defective = server;
  const run = join(folder, 'run');
  const pixit = pixitSchema.parse({ answerTimeoutMs: 2_000, quietMs: 100 });
  const record = await runConformance(
    {
      suite: BROKER_SUITE,
      address: `mqtt://127.0.0.1:${server.port}`,
      selection: { selected: BROKER_SUITE.cases.filter(({ id }) => id === caseId), excluded: [] },
      pics: completePics(BROKER_SUITE.pics, {}),
      pixit,
      seed: 1,
      folder: run,
      version: '0.0.0',
      tier: 'T1',
      command: ['conformance', 'run', 'mqtt-broker'],
    },
    {
      clock: realClock,
      dial: () => connectTcp({ host: '127.0.0.1', port: server.port }, { clock: realClock, timeoutMs: 5_000 }),
      accept: async () => undefined,
      act: async () => {
        throw new Error('nothing to do here');
      },
    },
  );
  expect(record.cases.map(({ verdict }) => verdict)).toEqual(['fail']);
  const evidence = evidenceFromJournal(readJournal(join(run, record.journal.file)));
  const files = writeCaseFiles(record, evidence, { suite: BROKER_SUITE, pixit, folder: run }).files.get(caseId) ?? {};
  const script = join(run, files.reproducer ?? 'no script');
  return { script, files, output: await runScript(script, server.port) };
}

async function runScript(script: string, port: number): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '127.0.0.1', String(port)], { timeout: 20_000 });
  return stdout;
}
