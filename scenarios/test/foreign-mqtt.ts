import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MOSQUITTO_PUB, MOSQUITTO_SUB, pathOf, STDBUF } from '../../hil/runtime/foreign-program.contract.ts';

export interface ReceivedMessage {
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly payload: string;
}

/** mosquitto_sub, reading. */
export interface MosquittoSub {
  readonly child: ChildProcess;
  /** Grows. */
  readonly messages: readonly ReceivedMessage[];
  /** Resolves when the broker has acknowledged the subscription. */
  readonly subscribed: Promise<void>;
  /** Resolves with the first message that fits; rejects when it ends without one. */
  first(fits: (message: ReceivedMessage) => boolean): Promise<ReceivedMessage>;
  /** Resolves when so many messages have come, with all that have. */
  take(count: number): Promise<readonly ReceivedMessage[]>;
  /** Its exit code; 27 when `-W` ended it, undefined when a signal did. */
  readonly ended: Promise<number | undefined>;
}

/** Starts mosquitto_sub; it ends of its own after 20 s, if nobody ends it before. */
export function startMosquittoSub(port: number, words: readonly string[]): MosquittoSub {
  const at = ['-h', '127.0.0.1', '-p', String(port), '-d', '-F', 'got %t %q %r %p', ...(words.includes('-W') ? [] : ['-W', '20'])];
  // Into a pipe it would say only with the first message that it is subscribed.
  const child = spawn(pathOf(STDBUF), ['--output=L', pathOf(MOSQUITTO_SUB), ...at, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const messages: ReceivedMessage[] = [];
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  const accept = (line: string): void => {
    lines.push(line);
    const [, topic, qos, retain, payload] = /^got (\S+) (\d) (\d) (.*)$/u.exec(line) ?? [];
    if (topic !== undefined && payload !== undefined) messages.push({ topic, qos: Number(qos), retain: retain === '1', payload });
    for (const watch of watchers) watch();
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', accept);
  const ended = new Promise<number | undefined>((resolve) => child.once('close', (code) => resolve(code ?? undefined)));
  const until = <Found>(find: () => Found | undefined): Promise<Found> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        const found = find();
        if (found === undefined) return;
        watchers.delete(watch);
        resolve(found);
      };
      watchers.add(watch);
      watch();
      void ended.then((code) => reject(new Error(`mosquitto_sub ${words.join(' ')} ended with ${code ?? 'a signal'}:\n${lines.join('\n')}`)));
    });
  const subscribed = until(() => lines.find((line) => line.startsWith('Subscribed')));
  return {
    child,
    messages,
    subscribed: subscribed.then(() => undefined),
    first: (fits) => until(() => messages.find(fits)),
    take: (count) => until(() => (messages.length >= count ? messages : undefined)),
    ended,
  };
}

/** Runs mosquitto_pub to its end. @param input - Its standard input, for `-l`. @throws Error when it does not end with 0. */
export function mosquittoPub(port: number, words: readonly string[], input = ''): Promise<void> {
  const child = spawn(pathOf(MOSQUITTO_PUB), ['-h', '127.0.0.1', '-p', String(port), ...words], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  // It may end before it has read all, and says why itself.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`mosquitto_pub ${words.join(' ')} ended with ${code ?? 'a signal'}: ${said}`));
    });
  });
}
