import { execFile } from 'node:child_process';
import { TABLES, type TableName } from '../../conformance/modbus/bench/declared-device.ts';
import { declaredClient, pointNameOf } from '../../conformance/modbus/client/declared-client.ts';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import { openMqttSession, type MqttSession } from '../../hil/transport/mqtt-session.ts';

/** What the client under test shows of its points. */
export interface ObservedPoints {
  /** Values of the point of a table since the last call, oldest first; the last one again when none is new. */
  take(table: TableName): readonly number[];
  stop(): Promise<void>;
}

interface Shown {
  fresh: number[];
  last: number | undefined;
}

/** Values of one point between two looks. */
const FRESH_MAX = 10_000;
const COMMAND_TIMEOUT_MS = 10_000;
const SESSION = { protocolVersion: 4, clean: true, keepaliveMs: 30_000, connectTimeoutMs: 5_000, reconnect: { minimumMs: 200, maximumMs: 2_000 } } as const;

/**
 * Looks at the points of the PIXIT from now on: as subscriber of a broker, or with a command again and again.
 * @throws FieldproofError FP_PICS_INVALID for an address that is none.
 */
export function observePoints(pixit: Pixit, deps: { readonly clock: Clock; readonly random: Random }): ObservedPoints {
  const source = pixit.values['observe'];
  const shown = new Map<TableName, Shown>(TABLES.map((table) => [table, { fresh: [], last: undefined }]));
  const add = (table: TableName, value: number | undefined): void => {
    const point = shown.get(table);
    if (point === undefined || value === undefined) return;
    point.fresh = [...point.fresh, value].slice(-FRESH_MAX);
    point.last = value;
  };
  const { observed } = declaredClient(pixit);
  const points = TABLES.filter((table) => observed[table] !== undefined);
  const stops = source === undefined ? [] : points.map((table) => watchOne(String(source).replaceAll('{point}', pointNameOf(pixit, table)), (value) => add(table, value), pixit, deps));
  return {
    take: (table) => {
      const point = shown.get(table);
      if (point === undefined) return [];
      const values = point.fresh.length > 0 ? point.fresh : point.last === undefined ? [] : [point.last];
      point.fresh = [];
      return values;
    },
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function watchOne(source: string, add: (value: number | undefined) => void, pixit: Pixit, deps: { readonly clock: Clock; readonly random: Random }): () => Promise<void> {
  if (source.startsWith('mqtt://')) return subscribeTo(source, add, deps);
  return askAgain(source, add, declaredClient(pixit).observeEveryMs, deps.clock);
}

/** @param source - `mqtt://host:port/topic#path`. */
function subscribeTo(source: string, add: (value: number | undefined) => void, { clock, random }: { readonly clock: Clock; readonly random: Random }): () => Promise<void> {
  const [, url = '', topic = '', path = ''] = /^(mqtt:\/\/[^/]+)\/([^#]+?)(?:#([^#+/]+))?$/u.exec(source) ?? [];
  if (topic === '') throw new FieldproofError('FP_PICS_INVALID', `the PIXIT value observe is '${source}'; write mqtt://host:port/topic or mqtt://host:port/topic#path`);
  const session: MqttSession = openMqttSession({ ...SESSION, url, clientId: `fieldproof-observer-${random.integer(0, 0xffff_ffff).toString(16)}` }, { clock, random });
  session.onMessage(({ payload }) => add(valueIn(new TextDecoder().decode(payload), path)));
  // A broker that refuses shows nothing, and the cases then say so.
  session.subscribe([{ filter: topic, qos: 1 }]).catch(() => undefined);
  return () => session.end();
}

function askAgain(command: string, add: (value: number | undefined) => void, everyMs: number, clock: Clock): () => Promise<void> {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      add(valueIn((await outputOf(command)).trimEnd().split('\n').at(-1) ?? '', ''));
      await sleep(clock, everyMs, stopping.signal);
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

function outputOf(command: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', command], { timeout: COMMAND_TIMEOUT_MS }, (_error, stdout) => resolve(stdout));
  });
}

/** A number, or true and false as 1 and 0. @param path - Members of a JSON object, `a.b`; empty: the text itself. */
export function valueIn(text: string, path: string): number | undefined {
  const trimmed = text.trim();
  if (path === '') return numberOf(/^-?\d/u.test(trimmed) ? Number(trimmed) : trimmed === 'true' ? true : trimmed === 'false' ? false : trimmed);
  let value: unknown = parsed(trimmed);
  for (const member of path.split('.')) value = typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === member)?.[1] : undefined;
  return numberOf(value);
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON shows no value.
    return undefined;
  }
}
