import { decodeResponse } from '../../hil/protocols/modbus/decode-response.ts';
import { decodeRtu } from '../../hil/protocols/modbus/rtu.ts';
import { encodeRequest } from '../../hil/protocols/modbus/encode-request.ts';
import type { ModbusRequest } from '../../hil/protocols/modbus/request.ts';
import type { ExceptionResponse, MalformedResponse, ModbusResponse } from '../../hil/protocols/modbus/response.ts';
import { encodeAscii } from '../../hil/protocols/modbus/ascii.ts';
import { encodeRtu } from '../../hil/protocols/modbus/rtu.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { asciiPort } from '../../hil/gateway/southbound/ascii-port.ts';
import type { LinePort } from '../../hil/gateway/southbound/line-port.ts';
import { newTally } from '../../hil/gateway/southbound/line-tally.ts';
import { rtuPort } from '../../hil/gateway/southbound/rtu-port.ts';
import { tcpPort } from '../../hil/gateway/southbound/tcp-port.ts';
import { sleep, type Clock, type Timer } from '../../hil/runtime/clock.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { ClientCarrier } from './defects/client/client-adu.ts';

/** What the reference client asks, round after round. `shown`: the first value of the answer is a point of this name. */
export interface ClientJob {
  readonly unit: number;
  readonly request: ModbusRequest;
  readonly shown?: string;
}

export interface ReferenceClientOptions {
  readonly carrier: ClientCarrier;
  readonly jobs: readonly ClientJob[];
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  /** Requests outstanding at once; 1 on serial lines. */
  readonly outstandingMax: number;
  readonly baudRate: number;
  readonly turnaroundMs: number;
  readonly reconnectMs: number;
}

/** A good Modbus client over the ports of the gateway's southbound, which asks more kinds of things than that does. */
export interface ReferenceClient {
  /** Values of a point since the last call. */
  takeShown(name: string): readonly number[];
  /** Writes between two rounds; unit 0 is a broadcast. @returns Whether the server confirmed it. */
  write(unit: number, request: ModbusRequest): Promise<boolean>;
  stop(): Promise<void>;
}

type Outcome = ModbusResponse | ExceptionResponse | MalformedResponse | { readonly kind: 'timeout' | 'closed' };

interface Line {
  readonly link: ByteLink;
  readonly port: LinePort;
}

interface WaitingWrite extends ClientJob {
  readonly done: (confirmed: boolean) => void;
}

/** Objects of one identification at most. */
const PAGES_MAX = 16;
/** A pseudo-terminal or a memory link delivers a frame in one piece; a gap of this length is the end of one, milliseconds. */
const BURST_MS = 5;
const SHOWN_MAX = 1_000;

/** @param openLink - Opens the next connection; one that does not resolve keeps the client waiting. */
export function startReferenceClient(options: ReferenceClientOptions, openLink: () => Promise<ByteLink>, clock: Clock): ReferenceClient {
  const stopping = new AbortController();
  const shown = new Map<string, number[]>();
  const writes: WaitingWrite[] = [];
  let current: Line | undefined;

  const show = ({ shown: name }: ClientJob, outcome: Outcome): void => {
    if (name === undefined || outcome.kind !== 'response' || !('values' in outcome)) return;
    const values = shown.get(name) ?? [];
    shown.set(name, [...values, Number(outcome.values[0] ?? 0)].slice(-SHOWN_MAX));
  };

  /** One request with its retries. */
  const ask = async (line: Line, { unit, request }: ClientJob): Promise<Outcome> => {
    let outcome: Outcome = { kind: 'timeout' };
    for (let time = 0; time <= options.retries && !stopping.signal.aborted; time += 1) {
      const exchange = await line.port.exchange(unitId(unit), encodeRequest(request));
      if (exchange.kind === 'answer') outcome = decodeResponse(exchange.pdu, request);
      else outcome = { kind: exchange.kind === 'closed' ? 'closed' : 'timeout' };
      if (outcome.kind === 'response' || outcome.kind === 'exception' || outcome.kind === 'closed') return outcome;
    }
    return outcome;
  };
  const identify = async (line: Line, job: ClientJob): Promise<Outcome> => {
    let outcome = await ask(line, job);
    for (let page = 1; page < PAGES_MAX && outcome.kind === 'response' && outcome.functionCode === 43 && outcome.moreFollows; page += 1) {
      if (job.request.functionCode !== 43) break;
      outcome = await ask(line, { ...job, request: { ...job.request, objectId: outcome.nextObjectId } });
    }
    return outcome;
  };
  const doJob = async (line: Line, job: ClientJob): Promise<Outcome> => {
    const outcome = job.request.functionCode === 43 ? await identify(line, job) : await ask(line, job);
    show(job, outcome);
    return outcome;
  };

  const doWrite = async (line: Line, { unit, request, done }: WaitingWrite): Promise<void> => {
    if (unit !== 0) {
      done((await ask(line, { unit, request })).kind === 'response');
      return;
    }
    const pdu = encodeRequest(request);
    await line.link.send(options.carrier === 'rtu' ? encodeRtu(unitId(0), pdu) : encodeAscii(unitId(0), pdu));
    await sleep(clock, options.turnaroundMs, stopping.signal);
    done(true);
  };

  /** Devices that fall silent have no further turn in the round. */
  const round = async (line: Line): Promise<boolean> => {
    const jobs = [...options.jobs];
    const silent = new Set<number>();
    let isOpen = true;
    const work = async (): Promise<void> => {
      for (let job = jobs.shift(); job !== undefined && isOpen && !stopping.signal.aborted; job = jobs.shift()) {
        if (silent.has(job.unit)) continue;
        const { kind } = await doJob(line, job);
        if (kind === 'timeout') silent.add(job.unit);
        if (kind === 'closed') isOpen = false;
      }
    };
    await Promise.all(Array.from({ length: options.outstandingMax }, work));
    if (!isOpen) return false;
    for (let write = writes.shift(); write !== undefined; write = writes.shift()) await doWrite(line, write);
    return true;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const link = await openLink();
      current = { link, port: portOf(link, options, clock) };
      let isOpen = true;
      void link.closed.then(() => (isOpen = false));
      while (isOpen && !stopping.signal.aborted) {
        isOpen = (await round(current)) && isOpen;
        if (isOpen) await sleep(clock, options.periodMs, stopping.signal);
      }
      link.destroy();
      await sleep(clock, options.reconnectMs, stopping.signal);
    }
  };
  void run().catch(() => undefined);

  return {
    takeShown: (name) => {
      const values = shown.get(name) ?? [];
      shown.delete(name);
      return values;
    },
    write: (unit, request) => new Promise((done) => writes.push({ unit, request, done })),
    stop: async () => {
      stopping.abort();
      current?.link.destroy();
    },
  };
}

function portOf(link: ByteLink, { carrier, timeoutMs, baudRate }: ReferenceClientOptions, clock: Clock): LinePort {
  const tally = newTally();
  if (carrier === 'tcp') return tcpPort(link, { clock, timeoutMs, tally });
  if (carrier === 'ascii') return asciiPort(link, { clock, timeoutMs, baudRate, tally });
  return rtuPort(framedBySilence(link, clock), { clock, timeoutMs, baudRate, tally });
}

/** A link that lets only whole frames between silences through: what the standard asks for and adapters make hard. */
function framedBySilence(link: ByteLink, clock: Clock): ByteLink {
  let burst: Uint8Array = new Uint8Array(0);
  let timer: Timer | undefined;
  return {
    name: link.name,
    closed: link.closed,
    send: (bytes) => link.send(bytes),
    onBytes: (receiver) =>
      link.onBytes((chunk) => {
        timer?.cancel();
        burst = Uint8Array.of(...burst, ...chunk);
        timer = clock.setTimer(BURST_MS, () => {
          const whole = burst;
          burst = new Uint8Array(0);
          if (decodeRtu(whole).kind === 'frame') receiver(whole);
        });
      }),
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: () => link.close(),
    destroy: () => link.destroy(),
  };
}
