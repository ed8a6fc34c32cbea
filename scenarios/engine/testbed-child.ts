import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import { childMessageSchema, type ChildMessage } from '../../hil/runtime/control-messages.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import type { Observation, ObservationData } from '../../hil/runtime/observation.ts';

export type ChildRole = 'gateway' | 'plc' | 'fleet' | 'link';

/** How to start one process of the testbed. */
export interface ChildSpec {
  readonly id: string;
  readonly role: ChildRole;
  /** Arguments of the fieldproof command line; `--supervised` is added. */
  readonly args: readonly string[];
  /** Takes the child's stderr. */
  readonly logFile: string;
}

export interface ChildDeps {
  readonly clock: Clock;
  /** The built command line, run with the Node that runs us. */
  readonly cliEntry: string;
  readonly onObservation: (observation: Observation) => void;
  /** Gives up waiting for a child that is not ready yet. */
  readonly signal: AbortSignal;
}

/** A process of the testbed that is up: it proved by its pid that it is ours. */
export interface TestbedChild {
  readonly id: string;
  readonly role: ChildRole;
  readonly pid: number;
  /** What its ready line said. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** @throws FieldproofError FP_CONTROL when it refuses, does not answer in time or is gone. */
  command(command: string, params: ObservationData, timeoutMs?: number): Promise<ObservationData>;
  /** Asks it to end, waits, then kills it. Harmless when it has ended. @returns how it ended, in words. */
  stop(): Promise<string>;
  /** Resolves when the process is gone, with how it ended in words (`exit 0`, `signal SIGKILL`). */
  readonly exited: Promise<string>;
}

const READY_TIMEOUT_MS = 20_000;
const COMMAND_TIMEOUT_MS = 5_000;
const STOP_GRACE_MS = 8_000;

/** Starts a child and waits for its ready line. @throws FieldproofError FP_CHILD_START, FP_CHILD_IDENTITY. */
export async function startChild(spec: ChildSpec, deps: ChildDeps): Promise<TestbedChild> {
  const logFd = openSync(spec.logFile, 'a');
  // A session of its own: Ctrl-C at the terminal reaches the runner only, which ends its children in the right order. A
  // runner that is killed closes the child's stdin, and the child ends by itself.
  const child = spawn(process.execPath, ['--enable-source-maps', deps.cliEntry, ...spec.args, '--supervised'], {
    stdio: ['pipe', 'pipe', logFd],
    detached: true,
  });
  closeSync(logFd);
  const exited = exitOf(child);
  const replies = new Map<number, (message: Extract<ChildMessage, { event: 'reply' }>) => void>();
  const ready = readMessages(child, replies, deps.onObservation);
  // Writing to a child that is just dying gives EPIPE; `exited` tells the story.
  child.stdin?.on('error', () => child.kill('SIGKILL'));
  const abort = new AbortController();
  try {
    const outcome = await Promise.race([
      ready,
      exited.then((how) => `ended before it was ready: ${how}`),
      sleep(deps.clock, READY_TIMEOUT_MS, AbortSignal.any([abort.signal, deps.signal])).then(() =>
        deps.signal.aborted ? 'was not ready when the run was ended' : `was not ready within ${READY_TIMEOUT_MS / 1_000} s`,
      ),
    ]);
    if (typeof outcome === 'string') throw startError(spec, outcome);
    if (outcome.pid !== child.pid) throw new FieldproofError('FP_CHILD_IDENTITY', `${spec.id}: pid ${outcome.pid} answered, pid ${child.pid} was started`);
    return runningChild(spec, child, outcome, exited, replies, deps.clock);
  } catch (thrown) {
    child.kill('SIGKILL');
    throw thrown;
  } finally {
    abort.abort();
  }
}

/** The last lines of a child's log, for the message of an error. */
export function logTail(logFile: string, lines = 8): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).map((line) => `    ${line}`).join('\n');
  } catch (thrown) {
    return `    (the log cannot be read: ${messageOf(thrown)})`;
  }
}

function startError({ id, logFile }: ChildSpec, what: string): FieldproofError {
  return new FieldproofError('FP_CHILD_START', `${id} ${what}\n  log ${logFile}:\n${logTail(logFile)}`);
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    // 'close' and not 'exit': by then everything that the child said has been read.
    child.once('close', (code, signal) => resolve(signal === null ? `exit ${code ?? 0}` : `signal ${signal}`));
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
  });
}

type ReadyMessage = Extract<ChildMessage, { event: 'ready' }>;

function readMessages(
  child: ChildProcess,
  replies: ReadonlyMap<number, (message: Extract<ChildMessage, { event: 'reply' }>) => void>,
  onObservation: (observation: Observation) => void,
): Promise<ReadyMessage> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
      const message = parseMessage(line);
      if (message === undefined) return;
      if (message.event === 'ready') resolve(message);
      else if (message.event === 'reply') replies.get(message.id)?.(message);
      else onObservation({ t: message.t, source: message.source, type: message.type, data: message.data });
    });
  });
}

/** Observations come by the thousand, so the cheap path checks their shape by hand; the rest goes through the schema. */
function parseMessage(line: string): ChildMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Something printed to stdout that is no message, e.g. by a library. It is no observation and no reply.
    return undefined;
  }
  const parsed = childMessageSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

function runningChild(
  spec: ChildSpec,
  child: ChildProcess,
  facts: ReadyMessage,
  exited: Promise<string>,
  replies: Map<number, (message: Extract<ChildMessage, { event: 'reply' }>) => void>,
  clock: Clock,
): TestbedChild {
  let lastId = 0;
  const command: TestbedChild['command'] = async (name, params, timeoutMs = COMMAND_TIMEOUT_MS) => {
    lastId += 1;
    const id = lastId;
    const abort = new AbortController();
    const answered = new Promise<Extract<ChildMessage, { event: 'reply' }>>((resolve) => void replies.set(id, resolve));
    child.stdin?.write(`${JSON.stringify({ id, command: name, params })}\n`);
    try {
      const outcome = await Promise.race([
        answered,
        exited.then((how) => `the process is gone (${how})`),
        sleep(clock, timeoutMs, abort.signal).then(() => `no answer within ${timeoutMs} ms`),
      ]);
      if (typeof outcome === 'string') throw new FieldproofError('FP_CONTROL', `${spec.id}: ${name}: ${outcome}`);
      if (!outcome.ok) throw new FieldproofError('FP_CONTROL', `${spec.id}: ${name}: ${outcome.error ?? 'refused'}`);
      return outcome.data ?? {};
    } finally {
      abort.abort();
      replies.delete(id);
    }
  };
  const stop = async (): Promise<string> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const abort = new AbortController();
      await Promise.race([exited, sleep(clock, STOP_GRACE_MS, abort.signal).then(() => child.kill('SIGKILL'))]);
      abort.abort();
    }
    return exited;
  };
  return { id: spec.id, role: spec.role, pid: facts.pid, facts, command, stop, exited };
}
