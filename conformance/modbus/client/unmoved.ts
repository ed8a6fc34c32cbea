import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { TableName } from '../bench/declared-device.ts';
import { reads, type Asked, type ClientBench } from './client-bench.ts';

/** What a bad answer is made from. */
export interface Attack {
  readonly asked: Asked;
  /** The PDU that a good server would answer. */
  readonly good: Uint8Array;
  /** The same with another value for the observed point: what the client must not take. */
  readonly poisoned: Uint8Array;
  /** Counts from 0. */
  readonly index: number;
}

/** A way of answering badly. */
export interface BadAnswer {
  /** For people: `an answer with a wrong CRC`. */
  readonly says: string;
  /** How many of them are given; 3 by default. */
  readonly times?: number;
  /** Sends what is given in place of the good answer. @returns False when this request cannot be answered in that way. */
  send(bench: ClientBench, attack: Attack): Promise<boolean>;
  /** Afterwards the stream cannot be read any further, so the tester ends the connection (TCP). */
  readonly breaksStream?: boolean;
}

/** Values of the observed point in one case; no other case uses the same. */
export interface PointValues {
  readonly first: number;
  readonly second: number;
  readonly poison: number;
  /** Neither: what the point holds to come back from. */
  readonly away: number;
}

const TIMES = 3;
/** How often the first value comes back before it is said that it does not show. */
const SHOW_ROUNDS_MAX = 3;
/** Good answers that the client takes after the bad ones before it is said that nothing of these showed. */
const GOOD_ANSWERS = 2;

/** Draws them from the seed of the case; a bit has only two. */
export function pointValues({ context }: ClientBench, table: TableName): PointValues {
  if (table === 'coils' || table === 'discreteInputs') return { first: 0, second: 1, poison: 1, away: 1 };
  const first = 1_000 + (Number.parseInt(context.seedHex.slice(0, 6), 16) % 9_000);
  return { first, second: first + 10_000, poison: first + 20_000, away: first + 5_000 };
}

/** A table with an observed point, registers first. */
export function observedTable({ declared }: ClientBench): TableName {
  const tables = ['holdingRegisters', 'inputRegisters', 'coils', 'discreteInputs'] as const;
  return tables.find((table) => declared.observed[table] !== undefined) ?? inconclusiveCase('no point of the client can be observed');
}

/** The address of the observed point; inconclusive without one. */
export function observedAddress({ declared }: ClientBench, table: TableName): number {
  return declared.observed[table]?.address ?? inconclusiveCase(`no observed point among the ${table}`);
}

/** Serves until a value shows. @returns Whether it did, in time. */
export function shows(bench: ClientBench, table: TableName, value: number, reply?: (asked: Asked) => Promise<'serve' | 'done'>): Promise<boolean> {
  return bench.serveUntil(bench.declared.observeWithinMs, async () => (await bench.shown(table)).includes(value), reply);
}

/**
 * Brings the client to show the first value; inconclusive when it does not. It comes from another value, because a client
 * that reports changes only may have reported the first one before anybody looked. A bit may show what an earlier case left
 * there, so it goes there and back twice.
 */
export async function needShown(bench: ClientBench, table: TableName): Promise<PointValues> {
  const values = pointValues(bench, table);
  const rounds = values.second === values.poison ? 2 : 1;
  let good = 0;
  for (let round = 0; round < SHOW_ROUNDS_MAX && good < rounds; round += 1) {
    const isAway = await settles(bench, table, values.away);
    if ((await settles(bench, table, values.first)) && (isAway || rounds === 1)) good += 1;
  }
  if (good < rounds) inconclusiveCase(`the client does not show the value ${values.first} of its ${table} within ${bench.declared.observeWithinMs} ms of good answers, ${SHOW_ROUNDS_MAX} times`);
  return values;
}

/** Serves a value until the client has read it and shows it, and for a moment more. */
async function settles(bench: ClientBench, table: TableName, value: number): Promise<boolean> {
  const address = observedAddress(bench, table);
  bench.plc.set(table, address, value);
  let read = 0;
  let latest: number | undefined;
  const look = async (): Promise<void> => {
    latest = (await bench.shown(table)).at(-1) ?? latest;
  };
  const isThere = async (): Promise<boolean> => {
    await look();
    return read >= GOOD_ANSWERS && latest === value;
  };
  const count = async (asked: Asked): Promise<'serve'> => {
    if (reads(asked, table, address)) read += 1;
    return 'serve';
  };
  if (!(await bench.serveUntil(bench.declared.observeWithinMs, isThere, count))) return false;
  await bench.serveUntil(bench.context.pixit.quietMs, async () => {
    await look();
    return false;
  });
  return latest === value;
}

/**
 * Gives bad answers to the requests for the observed point, then good ones. The point must go on showing the value that it
 * had, or none. At the end the client has to take good values again, or the case says nothing.
 */
export async function expectUnmoved(bench: ClientBench, table: TableName, bad: BadAnswer): Promise<void> {
  const { times = TIMES } = bad;
  const values = await needShown(bench, table);
  const address = observedAddress(bench, table);
  const look = lookFor(bench, table, values, bad.says);
  let given = 0;
  bench.wire.note(`the next ${times} requests for the observed point get ${bad.says}`);
  await bench.serveUntil(bench.declared.patienceMs, async () => (await look()) || given >= times, async (asked) => {
    if (given >= times || !reads(asked, table, address)) return 'serve';
    const good = bench.plc.answer(asked.pdu);
    const poisoned = bench.plc.with(table, address, values.poison).answer(asked.pdu);
    if (!(await bad.send(bench, { asked, good, poisoned, index: given }))) return 'serve';
    given += 1;
    return 'done';
  });
  if (given === 0) inconclusiveCase('the client sent no request that could be answered in that way');
  await expectCalm(bench, table, values, look, bad);
}

/** After the bad answers: good ones, nothing of the bad ones shows, and a new value shows. */
export async function expectCalm(bench: ClientBench, table: TableName, values: PointValues, look: () => Promise<false>, bad: Pick<BadAnswer, 'says' | 'breaksStream'>): Promise<void> {
  const address = observedAddress(bench, table);
  if (bad.breaksStream === true) await bench.close('fin');
  let good = 0;
  const count = async (asked: Asked): Promise<'serve'> => {
    if (reads(asked, table, address)) good += 1;
    return 'serve';
  };
  await bench.serveUntil(bench.declared.patienceMs, async () => (await look()) || good >= GOOD_ANSWERS, count);
  await bench.serveUntil(bench.context.pixit.quietMs, look);
  bench.plc.set(table, address, values.second);
  if (!(await shows(bench, table, values.second))) inconclusiveCase(`after ${bad.says} the client takes no new value within ${bench.declared.observeWithinMs} ms`);
}

/** Fails the case as soon as the point shows anything but the value that it had. */
export function lookFor(bench: ClientBench, table: TableName, { first }: PointValues, says: string): () => Promise<false> {
  const { observedWithoutData } = bench.declared;
  return async () => {
    const wrong = (await bench.shown(table)).find((value) => value !== first && value !== observedWithoutData);
    if (wrong !== undefined) failCase(`after ${says} the client shows ${wrong}, where the last value that it was given is ${first}`);
    return false;
  };
}
