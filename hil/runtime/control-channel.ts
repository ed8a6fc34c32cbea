import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { Clock, Timer } from './clock.ts';
import { messageOf } from './errors.ts';
import { parentMessageSchema, type ParentMessage } from './control-messages.ts';
import { LINE_BYTES_MAX, OBSERVATIONS_BUFFERED_MAX } from './limits.ts';
import { observeNothing, type Observe, type ObservationData } from './observation.ts';

/** Carries out one command; what it returns is the reply, what it throws is the refusal. */
export type CommandHandler = (params: ObservationData) => ObservationData | Promise<ObservationData>;

/** A child's end of the wire to the process that started it. */
export interface ControlChannel {
  /** Says once which ports are bound; the parent waits for it. */
  ready(facts: ObservationData): void;
  /** Records what `source` saw. `observeNothing` itself when nobody supervises, so that parts can spare themselves the work. */
  observerFor(source: string): Observe;
  handle(command: string, handler: CommandHandler): void;
  /** Resolves when the parent is gone; never when nobody supervises. */
  readonly parentGone: Promise<void>;
  /** Writes out what is buffered and stops reading. */
  close(): Promise<void>;
}

export interface ControlChannelDeps {
  readonly clock: Clock;
  readonly input: Readable;
  readonly output: Writable;
  readonly pid: number;
  /** With false only the ready line is written and the input is left alone (a service's stdin may be /dev/null). */
  readonly supervised: boolean;
}

/** Observations leave in batches: one write each 20 ms instead of one each. Their instants are taken when they happen. */
const FLUSH_PERIOD_MS = 20;

export function openControlChannel({ clock, input, output, pid, supervised }: ControlChannelDeps): ControlChannel {
  const handlers = new Map<string, CommandHandler>();
  let buffered: string[] = [];
  let dropped = 0;
  let flushTimer: Timer | undefined;
  const writeLine = (message: unknown): void => {
    flush();
    output.write(`${JSON.stringify(message)}\n`);
  };
  const flush = (): void => {
    flushTimer?.cancel();
    flushTimer = undefined;
    if (buffered.length === 0) return;
    if (dropped > 0) {
      buffered.push(JSON.stringify({ event: 'observation', t: clock.nowMs(), source: `pid-${pid}`, type: 'control.dropped', data: { observations: dropped } }));
      dropped = 0;
    }
    output.write(`${buffered.join('\n')}\n`);
    buffered = [];
  };
  const observe = (source: string, type: string, data: ObservationData): void => {
    if (buffered.length >= OBSERVATIONS_BUFFERED_MAX || output.writableLength > LINE_BYTES_MAX * 64) {
      dropped += 1;
      return;
    }
    buffered.push(JSON.stringify({ event: 'observation', t: clock.nowMs(), source, type, data }));
    flushTimer ??= clock.setTimer(FLUSH_PERIOD_MS, flush);
  };
  const { parentGone, stopReading } = supervised ? readCommands(input, handlers, writeLine) : { parentGone: never(), stopReading: ignore };
  return {
    ready: (facts) => writeLine({ event: 'ready', pid, ...facts }),
    observerFor: (source) => (supervised ? (type, data) => observe(source, type, data) : observeNothing),
    handle: (command, handler) => void handlers.set(command, handler),
    parentGone,
    async close() {
      stopReading();
      flush();
      await new Promise<void>((resolve) => void output.write('', () => resolve()));
    },
  };
}

function readCommands(input: Readable, handlers: ReadonlyMap<string, CommandHandler>, reply: (message: unknown) => void): { parentGone: Promise<void>; stopReading: () => void } {
  const lines = createInterface({ input, crlfDelay: Infinity });
  const parentGone = new Promise<void>((resolve) => {
    lines.once('close', resolve);
    // readline passes an error of its input on; with nobody listening there it would end the process.
    lines.on('error', () => resolve());
  });
  lines.on('line', (line) => void answer(line, handlers, reply));
  return {
    parentGone,
    stopReading: () => {
      lines.close();
      input.destroy();
    },
  };
}

async function answer(line: string, handlers: ReadonlyMap<string, CommandHandler>, reply: (message: unknown) => void): Promise<void> {
  const message = parseCommand(line);
  if (message === undefined) {
    reply({ event: 'reply', id: -1, ok: false, error: 'the command line does not parse' });
    return;
  }
  const handler = handlers.get(message.command);
  if (handler === undefined) {
    reply({ event: 'reply', id: message.id, ok: false, error: `unknown command "${message.command}"; known: ${[...handlers.keys()].join(', ')}` });
    return;
  }
  try {
    reply({ event: 'reply', id: message.id, ok: true, data: await handler(message.params) });
  } catch (thrown) {
    reply({ event: 'reply', id: message.id, ok: false, error: messageOf(thrown) });
  }
}

function parseCommand(line: string): ParentMessage | undefined {
  try {
    return parentMessageSchema.parse(JSON.parse(line));
  } catch {
    // A line that does not parse has no id to answer to; the caller says so with id -1.
    return undefined;
  }
}

function never(): Promise<void> {
  return new Promise(() => {});
}

function ignore(): void {}
