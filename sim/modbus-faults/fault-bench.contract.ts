import type { Exchange, LinePort } from '../../hil/gateway/southbound/line-port.ts';
import { newTally, type LineTally } from '../../hil/gateway/southbound/line-tally.ts';
import { rtuPort } from '../../hil/gateway/southbound/rtu-port.ts';
import { tcpPort } from '../../hil/gateway/southbound/tcp-port.ts';
import { createAsciiFramer } from '../../hil/protocols/modbus/ascii-framer.ts';
import { encodeAscii } from '../../hil/protocols/modbus/ascii.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import type { ObservationData } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import { serveAscii } from '../plc/ascii-server.ts';
import { serveMbap } from '../plc/mbap-session.ts';
import { serveRtu } from '../plc/rtu-server.ts';
import { TEST_POINTS, testDevice, type TestDevice } from '../plc/test-device.contract.ts';
import { createManualClock, type ManualClock } from '../world/manual-clock.ts';
import { createActiveModbusFaults, type ActiveModbusFaults } from './active-modbus-faults.ts';
import { throughModbusFaults, type FaultedLink } from './faulted-link.ts';
import type { Framing, PullablePlug } from './modbus-fault.ts';

/** How long the client waits for an answer. */
export const CLIENT_TIMEOUT_MS = 300;
const BAUD_RATE = 19_200;
const UNITS = [1, 7];

/** The gateway's own client in front of test devices (units 1 and 7), with faults in between, on a clock moved by hand. */
export interface FaultBench {
  readonly clock: ManualClock;
  readonly devices: ReadonlyMap<number, TestDevice>;
  readonly faults: ActiveModbusFaults;
  readonly link: FaultedLink;
  readonly tally: LineTally;
  /** What reached the client, each piece with its instant. */
  readonly heard: readonly { readonly atMs: number; readonly bytes: number[] }[];
  readonly observed: readonly { readonly type: string; readonly data: ObservationData }[];
  /** What the faults made the device tell. */
  readonly told: readonly { readonly unit: number; readonly values: ObservationData }[];
  readonly plugged: readonly string[];
  /** Puts a fault in force. */
  start(kind: string, params?: object): Promise<void>;
  stop(): Promise<void>;
  /** One exchange of the client, with all the time that it takes. */
  ask(pdu: readonly number[], unit?: number): Promise<Exchange>;
}

/** FC 03 of the register called "word". */
export const READ_WORD = [3, 0, 0, 0, 1];
export const ANSWER_WORD_ZERO = { kind: 'answer', pdu: Uint8Array.of(3, 2, 0, 0) };

export function openFaultBench(framing: Framing, { seed = 1, withPoints = true } = {}): FaultBench {
  const clock = createManualClock();
  const devices = new Map(UNITS.map((unit) => [unit, testDevice(clock)]));
  const observed: { type: string; data: ObservationData }[] = [];
  const told: { unit: number; values: ObservationData }[] = [];
  const heard: { atMs: number; bytes: number[] }[] = [];
  const plugged: string[] = [];
  const faults = createActiveModbusFaults({ clock, random: randomFromSeed(seed), observe: (type, data) => void observed.push({ type, data }) });
  const plug: PullablePlug = { unplug: async () => void plugged.push('out'), plug: async () => void plugged.push('in') };
  const line = faults.addLine({
    name: 'line-a',
    framing,
    serial: framing === 'tcp' ? undefined : { baudRate: BAUD_RATE, parity: 'even', stopBits: 1 },
    points: withPoints ? TEST_POINTS : undefined,
    told: (unit, values) => void told.push({ unit, values }),
    plug: framing === 'tcp' ? undefined : plug,
  });
  const { a: client, b: far } = memoryLinkPair();
  const link = throughModbusFaults(far, line, { clock });
  serve(framing, link, devices, clock);
  const tally = newTally();
  const port = clientOf(framing, overhearing(client, (bytes) => heard.push({ atMs: clock.nowMs(), bytes: [...bytes] })), clock, tally);
  let count = 0;
  return {
    clock,
    devices,
    faults,
    link,
    tally,
    heard,
    observed,
    told,
    plugged,
    start: (kind, params = {}) => faults.start({ fault: `f${(count += 1)}`, kind, params }),
    stop: async () => {
      for (const id of faults.list()) await faults.stop(id);
    },
    async ask(pdu, unit = 1) {
      const settled: Exchange[] = [];
      void port.exchange(unitId(unit), Uint8Array.from(pdu)).then((result) => settled.push(result));
      for (let waitedMs = 0; settled.length === 0 && waitedMs < 10_000; waitedMs += 1) await clock.advanceAsync(1);
      const [exchange] = settled;
      if (exchange === undefined) throw new Error('the client never settled');
      return exchange;
    },
  };
}

function serve(framing: Framing, link: ByteLink, devices: ReadonlyMap<number, TestDevice>, clock: ManualClock): void {
  const units = new Map([...devices].map(([unit, { server }]) => [unit, server]));
  const deps = { clock, log: silentLogger };
  if (framing === 'tcp') serveMbap(link, (unit, pdu) => units.get(unit)?.answer(pdu), () => undefined);
  else if (framing === 'rtu') serveRtu(link, { baudRate: BAUD_RATE, units }, deps);
  else serveAscii(link, { baudRate: BAUD_RATE, units }, deps);
}

function clientOf(framing: Framing, link: ByteLink, clock: ManualClock, tally: LineTally): LinePort {
  if (framing === 'tcp') return tcpPort(link, { clock, timeoutMs: CLIENT_TIMEOUT_MS, tally });
  if (framing === 'rtu') return rtuPort(link, { clock, timeoutMs: CLIENT_TIMEOUT_MS, baudRate: BAUD_RATE, tally });
  return asciiClient(link, clock);
}

/** A client of ASCII mode that takes what comes within its time. */
function asciiClient(link: ByteLink, clock: ManualClock): LinePort {
  return {
    exchange: (unit, pdu) =>
      new Promise((resolve) => {
        const framer = createAsciiFramer();
        let because: string | undefined;
        const timer = clock.setTimer(CLIENT_TIMEOUT_MS, () => resolve(because === undefined ? { kind: 'timeout' } : { kind: 'corrupt', because }));
        link.onBytes((chunk) => {
          for (const event of framer.push(chunk, clock.nowMs())) {
            if (event.kind === 'corrupt') because = event.because;
            else if (event.unitId === unit) {
              timer.cancel();
              resolve({ kind: 'answer', pdu: event.pdu.slice() });
            }
          }
        });
        void link.send(encodeAscii(unit, pdu));
      }),
  };
}

function overhearing(link: ByteLink, hear: (bytes: Uint8Array) => void): ByteLink {
  return {
    name: link.name,
    closed: link.closed,
    send: (bytes) => link.send(bytes),
    onBytes: (receiver) =>
      link.onBytes((chunk) => {
        hear(chunk);
        receiver(chunk);
      }),
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: () => link.close(),
    destroy: () => link.destroy(),
  };
}
