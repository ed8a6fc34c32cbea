import { narrowToCarrier } from '../../conformance/modbus/bench/carrier.ts';
import { TABLES } from '../../conformance/modbus/bench/declared-device.ts';
import { unmetClientValue } from '../../conformance/modbus/client/client-pics.ts';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { createOpenLink } from '../../hil/transport/open-link.ts';
import { listenTcp } from '../../hil/transport/tcp-link.ts';
import type { SutConnection } from './sut-connection.ts';
import type { ModbusAddress } from './modbus-address.ts';
import { observePoints } from './observe-points.ts';
import { openArrivals } from './open-arrivals.ts';
import { runInBackground, type RunningCommand } from './running-command.ts';
import { sharedLine } from './shared-line.ts';
import { triggeredWrites } from './triggered-writes.ts';

export interface ModbusClientHostOptions {
  /** Where we are the server: a TCP port, 0 for any free one, or a serial line. */
  readonly listen: ModbusAddress;
  /** Starts the client anew for each case, with `{host}`, `{port}`, `{path}` and `{unit}`; left out: it comes by itself. */
  readonly dutCommand: string | undefined;
  readonly pixit: Pixit;
  readonly clock: Clock;
  readonly random: Random;
}

/** A client under test, and where it finds us. */
export interface ModbusClientHost extends SutConnection {
  /** For people: `127.0.0.1:1502`, `/dev/ttyUSB0`. */
  readonly place: string;
}

/** Where clients come in. */
interface Door extends Pick<SutConnection, 'accept' | 'stop'> {
  /** Forgets who has come. */
  clear(): void;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

const OPEN_TIMEOUT_MS = 5_000;
/** A case begins in a pause of the line, so that it hears whole frames, milliseconds. */
const PAUSE_MS = 30;

/**
 * The server's side of a run against a Modbus client. Actions: `start` with `repeat` (ours to start: anew), `observe` with `table`, `begin` and `outcome` with `what`.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED, FP_PICS_INVALID.
 */
export async function hostModbusClient({ listen, dutCommand, pixit, clock, random }: ModbusClientHostOptions): Promise<ModbusClientHost> {
  const observed = observePoints(pixit, { clock, random });
  const writes = triggeredWrites(pixit);
  const door = await openDoor(listen, clock);
  let running: RunningCommand | undefined;
  const start = async (isRepeated: boolean): Promise<'started' | 'by itself'> => {
    if (dutCommand === undefined) return 'by itself';
    await running?.stop();
    door.clear();
    running = runInBackground(filled(dutCommand, door, pixit), isRepeated, clock);
    return 'started';
  };
  return {
    place: door.path === '' ? `${door.host}:${door.port}` : door.path,
    tier: listen.link.kind === 'serial' ? 'T2' : 'T1',
    narrow: (pics) => narrowToCarrier(pics, listen.carrier, listen.isConverted),
    hindrance: (test) => unmetClientValue(test, pixit),
    dial: () => Promise.reject(new FieldproofError('FP_INTERNAL', 'a Modbus client is not dialled')),
    accept: door.accept,
    act: async (action, params) => {
      const table = TABLES.find((name) => name === params['table']);
      const { what = '' } = params;
      if (typeof what !== 'string') throw new FieldproofError('FP_INTERNAL', 'a write has a name');
      if (action === 'start') return start(params['repeat'] === true);
      if (action === 'observe' && table !== undefined) return [...observed.take(table)];
      if (action === 'outcome') return writes.outcome(what);
      if (action !== 'begin') throw new FieldproofError('FP_INTERNAL', `nothing here can ${action} the client`);
      writes.begin(what);
      return null;
    },
    stop: async () => {
      await running?.stop();
      await observed.stop();
      await door.stop();
    },
  };
}

async function openDoor({ link }: ModbusAddress, clock: Clock): Promise<Door> {
  if (link.kind === 'tcp') {
    const arrivals = openArrivals(clock);
    const listener = await listenTcp(link, (arrived) => arrivals.add(arrived));
    const stop = async (): Promise<void> => {
      await listener.close();
      arrivals.clear();
    };
    return { host: link.host, port: listener.port, path: '', accept: (waitMs) => arrivals.next(waitMs), clear: () => arrivals.clear(), stop };
  }
  const open = createOpenLink({ clock, timeoutMs: OPEN_TIMEOUT_MS });
  const line = sharedLine(() => open(link));
  // A path that cannot be opened is said before the run, not in each of its cases.
  (await line.attach()).destroy();
  return { host: '', port: 0, path: link.path, accept: (waitMs) => attachedInPause(line, waitMs, clock), clear: () => undefined, stop: () => line.stop() };
}

/** Waits until the line is silent for a moment. */
async function attachedInPause(line: ReturnType<typeof sharedLine>, waitMs: number, clock: Clock): Promise<ByteLink> {
  const listening = await line.attach();
  let heard = true;
  listening.onBytes(() => (heard = true));
  const untilMs = clock.nowMs() + waitMs;
  while (heard && clock.nowMs() < untilMs) {
    heard = false;
    await sleep(clock, PAUSE_MS);
  }
  listening.destroy();
  return line.attach();
}

/** Fills in where the client finds us; every other brace stays. */
function filled(command: string, { host, port, path }: Door, { values }: Pixit): string {
  const unit = /^\d+/u.exec(String(values['units'] ?? '1'))?.[0] ?? '1';
  const words: Readonly<Record<string, string>> = { host, port: String(port), path, unit };
  return command.replaceAll(/\{(\w+)\}/gu, (whole, name: string) => words[name] ?? whole);
}
