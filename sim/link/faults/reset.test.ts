import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { randomFromSeed } from '../../../hil/runtime/random.ts';
import { createManualClock, type ManualClock } from '../../world/manual-clock.ts';
import { endOf, openProxiedEndpoints, readBytes, until, type ProxiedEndpoints } from '../proxied-endpoints.contract.ts';
import { reset } from './reset.ts';

describe('reset on real connections', () => {
  let endpoints: ProxiedEndpoints;
  beforeEach(async () => {
    endpoints = await openProxiedEndpoints();
  });
  afterEach(() => endpoints.close());

  test('both sides get RST, new connections are left alone', async () => {
    const { client, server } = await endpoints.dialThrough();
    const ends = [endOf(client), endOf(server)];
    endpoints.proxy.startFault({ fault: 'kick', kind: 'reset', params: {} });
    expect(await Promise.all(ends)).toEqual(['ECONNRESET', 'ECONNRESET']);
    await until(() => endpoints.proxy.counters().open === 0);
    expect(endpoints.proxy.counters().resets).toBe(1);
    expect(endpoints.observed.find(({ type }) => type === 'link.connection.closed')?.data).toEqual({ connection: 1, by: 'fault', droppedBytes: 0 });
    const next = await endpoints.dialThrough();
    next.client.write('ok');
    expect((await readBytes(next.server, 2)).toString()).toBe('ok');
  });

  test('bytes under way on a reset connection are counted as dropped', async () => {
    const { client, server } = await endpoints.dialThrough();
    endpoints.proxy.startFault({ fault: 'slow', kind: 'latency', params: { ms: '1h' } });
    client.write('12345');
    await until(() => endpoints.proxy.counters().delayed === 1);
    const ended = endOf(server);
    endpoints.proxy.startFault({ fault: 'kick', kind: 'reset', params: {} });
    expect(await ended).toBe('ECONNRESET');
    await until(() => endpoints.proxy.counters().open === 0);
    expect(endpoints.proxy.counters().dropped).toBe(5);
  });

  test('a receiver that does not read is reset all the same', async () => {
    const { client, server } = await endpoints.dialThrough();
    server.pause();
    client.write(Buffer.alloc(20_000_000));
    await until(() => endpoints.proxy.counters().bytesUp > 0);
    endpoints.proxy.startFault({ fault: 'kick', kind: 'reset', params: {} });
    await until(() => endpoints.proxy.counters().open === 0);
    expect(endpoints.proxy.counters().resets).toBe(1);
  });
});

describe('whom a reset hits', () => {
  const random = randomFromSeed(3);
  const hits = (params: unknown, clock: ManualClock, periods: number): number[][] => {
    const rounds: number[][] = [];
    const link = { resetConnections: (isChosen: (connection: number) => boolean) => void rounds.push(CONNECTIONS.filter(isChosen)) };
    const acting = reset.create(params, { clock, random }).begin(link);
    clock.advance(periods);
    acting?.cancel();
    expect(clock.pendingTimers).toBe(0);
    return rounds;
  };
  const CONNECTIONS = Array.from({ length: 2_000 }, (_one, index) => index + 1);

  test('without a period once, with one again and again', () => {
    expect(hits({}, createManualClock(), 1_000)).toEqual([CONNECTIONS]);
    expect(hits({ every: '250ms' }, createManualClock(), 1_000)).toEqual(Array.from({ length: 5 }, () => CONNECTIONS));
  });

  test('the probability holds for each connection, and the choice depends on the seed alone', () => {
    const [first = [], second = []] = hits({ every: '1s', probability: 0.3 }, createManualClock(), 1_000);
    expect(first.length).toBeGreaterThan(500);
    expect(first.length).toBeLessThan(700);
    expect(second).not.toEqual(first);
    expect(hits({ every: '1s', probability: 0.3 }, createManualClock({ startMs: 77.7 }), 1_000)).toEqual([first, second]);
  });

  test('a period of nothing is refused', () => {
    expect(() => reset.create({ every: 0 }, { clock: createManualClock(), random })).toThrow(/every expected 1ms or more/u);
  });
});
