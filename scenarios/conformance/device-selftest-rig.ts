import { readFileSync } from 'node:fs';
import { completePics } from '../../conformance/framework/pics.ts';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import type { Declaration } from './declaration.ts';
import type { SelftestRig } from '../../conformance/framework/selftest.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import { createPacketCutter } from '../../hil/protocols/mqtt/packet-cutter.ts';
import { connectTcp, type ConnectTcpDeps } from '../../hil/transport/tcp-link.ts';
import { connectTls } from '../../hil/transport/tls-link.ts';
import { connectWebSocket } from '../../hil/transport/websocket-link.ts';
import { relayWithDefect } from '../../sim/mqtt-defects/defect-relay.ts';
import { DEVICE_DEFECTS } from '../../sim/mqtt-defects/device/device-defects.ts';
import type { DeviceDefect } from '../../sim/mqtt-defects/device/device-defect.ts';
import { DEVICE_VARIANTS, deviceOptions } from '../../sim/mqtt-defects/device/device-options.ts';
import { GoodDevice } from '../../sim/mqtt-defects/device/good-device.ts';
import { createDeviceHost } from './device-host.ts';
import type { DeviceStarter, DeviceStartParams } from './device-starter.ts';

/** What the virtual device obeys, and waits that fit it: it is on this machine, and a defect that is silence costs a whole wait. */
const PIXIT = {
  answerTimeoutMs: 1_000,
  quietMs: 200,
  restartTimeoutMs: 5_000,
  values: {
    connectWaitMs: 2_000,
    publishWaitMs: 800,
    observeMs: 900,
    timerGraceMs: 700,
    clientId: 'virtual-device',
    userName: 'device',
    triggerTopic: 'fieldproof/device/command/do',
    triggerQos0: 'publish 0 1',
    triggerQos1: 'publish 1 1',
    triggerQos2: 'publish 2 1',
    triggerManyQos1: 'publish 1 4',
    triggerManyQos2: 'publish 2 4',
    triggerRetained: 'retain',
    triggerUnsubscribe: 'unsubscribe',
    triggerDisconnect: 'disconnect',
    triggerReauthenticate: 'reauthenticate',
    triggerLarge: 'large 30000',
    refusedTopic: 'fieldproof/device/command/refused',
    backoffSamples: 5,
    enduranceMs: 2_000,
  },
} as const;

/** What the virtual device declares: all of it. */
export function deviceSelftestDeclaration(suite: Suite): Declaration {
  return { pics: completePics(suite.pics, Object.fromEntries(suite.pics.map(({ name }) => [name, true]))), pixit: pixitSchema.parse(PIXIT) };
}

const LOOPBACK = { host: '127.0.0.1', port: 0 } as const;
const CONNECT_TIMEOUT_MS = 2_000;

async function nobodyIsDialled(): Promise<never> {
  throw new FieldproofError('FP_INTERNAL', 'a device is not dialled');
}

/** Our virtual device, and the same with a defect. */
export function deviceSelftestRig(clock: Clock, random: Random): SelftestRig {
  return {
    defects: DEVICE_DEFECTS.map(({ id }) => id),
    start: async (id) => {
      const defect = DEVICE_DEFECTS.find((candidate) => candidate.id === id);
      const host = await createDeviceHost({ listen: LOOPBACK, starter: virtualStarter(defect, clock, random), clock });
      return { dial: nobodyIsDialled, accept: host.accept, act: host.act, stop: host.stop };
    },
  };
}

function virtualStarter(defect: DeviceDefect | undefined, clock: Clock, random: Random): DeviceStarter {
  let device: GoodDevice | undefined;
  let starts = 0;
  return {
    restart: async (params, fresh) => {
      await device?.stop();
      fresh();
      starts += 1;
      const variant = DEVICE_VARIANTS.find((name) => name === params.variant) ?? 'usual';
      const options = { ...deviceOptions(params.version === 5 ? 5 : 4, variant), ...defect?.options };
      const make = defect?.relay?.create();
      let connections = 0;
      const dial = async (): Promise<ByteLink> => {
        const link = await dialBroker(params, defect, clock);
        if (make === undefined) return link;
        const { a, b } = memoryLinkPair();
        relayWithDefect(b, link, make, clock, connections);
        connections += 1;
        return a;
      };
      device = new GoodDevice(options, { clock, random: random.child('device', starts), dial });
      device.start();
      return { done: true };
    },
    stop: async () => {
      await device?.stop(true);
      return { done: true };
    },
    end: async () => device?.stop(),
  };
}

function dialBroker({ host, port, listener, caFile }: DeviceStartParams, defect: DeviceDefect | undefined, clock: Clock): Promise<ByteLink> {
  const deps = { clock, timeoutMs: CONNECT_TIMEOUT_MS };
  if (listener === 'tcp') return connectTcp({ host, port }, deps);
  if (listener === 'websocket') return overWebSocket(`ws://${host}:${port}/mqtt`, defect, deps);
  return connectTls({ host, port }, { ca: readFileSync(caFile, 'utf8'), ...defect?.tls }, deps);
}

async function overWebSocket(url: string, defect: DeviceDefect | undefined, deps: ConnectTcpDeps): Promise<ByteLink> {
  const link = await connectWebSocket(url, { protocol: defect?.subProtocol ?? 'mqtt', ...(defect?.textFrames === true ? { frames: { kindOf: () => 'text' as const } } : {}) }, deps);
  if (defect?.wholeFrames !== true) return link;
  const { a, b } = memoryLinkPair();
  a.onBytes((bytes) => void link.send(bytes).catch(() => b.destroy()));
  link.onBytes((frame) => {
    const cutter = createPacketCutter();
    cutter.push(frame);
    if (cutter.takeRest().length === 0) void a.send(frame).catch(() => link.destroy());
    else link.destroy();
  });
  void link.closed.then(() => a.destroy());
  void b.closed.then(() => link.destroy());
  return b;
}
