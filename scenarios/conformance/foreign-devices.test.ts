import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { completePics } from '../../conformance/framework/pics.ts';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import { runSuite } from '../../conformance/framework/run-suite.ts';
import { selectCases } from '../../conformance/framework/select-cases.ts';
import { DEVICE_SUITE } from '../../conformance/mqtt/device/device-suite.ts';
import { describeWith, MOSQUITTO_SUB, pathOf, type ForeignProgram } from '../../hil/runtime/foreign-program.contract.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { createDeviceHost } from './device-host.ts';
import { commandStarter } from './command-starter.ts';

const PAHO: ForeignProgram = { name: 'paho-mqtt', aptPackage: 'python3-paho-mqtt', path: existsSync('/usr/lib/python3/dist-packages/paho/mqtt') ? '/usr/bin/python3' : undefined };

const folder = mkdtempSync(join(tmpdir(), 'fieldproof-foreign-device-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the client of this test does; what is not named here it does not. */
const PICS = ['SUBSCRIBES', 'SUBSCRIBES_QOS2', 'WILDCARDS', 'KEEP_ALIVE', 'RECONNECTS', 'PERSISTENT_SESSION', 'WILL', 'CREDENTIALS'];
const PUBLISHER = ['PUBLISHES', 'PUBLISHES_QOS0', 'PUBLISHES_QOS1', 'PUBLISHES_QOS2', 'PUBLISHES_MANY', 'TEXT_PAYLOADS'];

/** Ids of the cases that it fails, without the prefix; the reason stands in the standard's text, by section. */
async function failures(command: string, version: 4 | 5, more: readonly string[], only: readonly string[]): Promise<{ readonly failed: string[]; readonly passed: number }> {
  const named = [...PICS, ...more, version === 4 ? 'MQTT_3_1_1' : 'MQTT_5_0'];
  const pics = completePics(DEVICE_SUITE.pics, Object.fromEntries(DEVICE_SUITE.pics.map(({ name }) => [name, named.includes(name)])));
  const pixit = pixitSchema.parse({
    answerTimeoutMs: 2_000,
    quietMs: 200,
    values: { connectWaitMs: 5_000, publishWaitMs: 1_500, observeMs: 500, clientId: 'fieldproof-dut', userName: 'u', triggerTopic: 'fp/cmd', triggerQos0: 'publish 0 1', triggerQos1: 'publish 1 1', triggerQos2: 'publish 2 1', triggerManyQos1: 'publish 1 4', triggerManyQos2: 'publish 2 4', resendWaitMs: 1_000 },
  });
  const host = await createDeviceHost({ listen: { host: '127.0.0.1', port: 0 }, starter: commandStarter(() => command, realClock), clock: realClock });
  try {
    const { selected } = selectCases(DEVICE_SUITE, { pics, only: only.map((part) => `TP_MQTT${version === 4 ? 3 : 5}_DEVICE_${part}*`) });
    const nobody = async (): Promise<never> => {
      throw new Error('a device is not dialled');
    };
    const run = await runSuite(DEVICE_SUITE, { cases: selected, pics, pixit }, { clock: realClock, random: randomFromSeed(1), cutFrames: () => DEVICE_SUITE.cutFrames(), dial: nobody, accept: host.accept, act: host.act, record: () => undefined });
    const ids = (verdict: string): string[] => run.executed.filter(({ result }) => result.verdict === verdict).map(({ result }) => result.id.replace(/^TP_MQTT\d_DEVICE_/u, ''));
    expect(ids('error')).toEqual([]);
    return { failed: ids('fail'), passed: ids('pass').length };
  } finally {
    await host.stop();
  }
}

const AREAS = ['CONNECT', 'TEXT', 'PUBLISH', 'SUBSCRIBE', 'RECEIVE', 'SEND', 'RESUME'];

describeWith([MOSQUITTO_SUB], 'mosquitto_sub as a device', () => {
  test.each([4, 5] as const)('breaks nothing that it is asked in version %i', { timeout: 120_000 }, async (version) => {
    const session = version === 5 ? '-x 600' : '';
    const command = `exec ${pathOf(MOSQUITTO_SUB)} -V mqttv{version} -h {host} -p {port} -i {clientId} -c ${session} -q 2 -k 5 -u u -P p --will-topic w --will-payload gone -t fp/+/x -t 'fp/#'`;
    const { failed, passed } = await failures(command, version, [], AREAS);
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(12);
  });
});

describeWith([PAHO], 'paho-mqtt as a device', () => {
  const script = join(folder, 'device.py');
  writeFileSync(script, pahoDevice());
  test('breaks nothing that it is asked in version 4', { timeout: 120_000 }, async () => {
    const { failed, passed } = await failures(`exec ${pathOf(PAHO)} ${script} {host} {port}`, 4, PUBLISHER, AREAS);
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(25);
  });
});

function pahoDevice(): string {
  return `import sys, paho.mqtt.client as mqtt
client = mqtt.Client('fieldproof-dut', clean_session=False, protocol=mqtt.MQTTv311)
client.username_pw_set('u', 'p')
client.will_set('w', 'gone', 1)
def on_message(client, data, message):
    words = message.payload.split()
    if words and words[0] == b'publish':
        for index in range(int(words[2])): client.publish('out', 'reading %d' % index, int(words[1]))
client.on_connect = lambda client, *rest: client.subscribe([('fp/+/x', 2), ('fp/#', 2)])
client.on_message = on_message
client.connect(sys.argv[1], int(sys.argv[2]), 5)
client.loop_forever(retry_first_connection=True)
`;
}
