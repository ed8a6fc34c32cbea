import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../hil/runtime/log.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { createManualClock } from '../world/manual-clock.ts';
import { startLinkProxy } from './link-proxy.ts';
import { endOf, openProxiedEndpoints, readAll, readBytes, until, type ProxiedEndpoints } from './proxied-endpoints.contract.ts';

const SEED_HEX = randomFromSeed(7).seedHex;

describe('link proxy', () => {
  let endpoints: ProxiedEndpoints;
  beforeEach(async () => {
    endpoints = await openProxiedEndpoints();
  });
  afterEach(() => endpoints.close());

  test('carries bytes both ways and a FIN as a FIN', async () => {
    const { client, server } = await endpoints.dialThrough();
    client.end('question');
    expect((await readAll(server)).toString()).toBe('question');
    // The client has ended its direction; the other one still works.
    server.end('answer');
    expect((await readAll(client)).toString()).toBe('answer');
    await until(() => endpoints.proxy.counters().open === 0);
    expect(endpoints.proxy.counters()).toMatchObject({ connections: 1, bytesUp: 8, bytesDown: 6, dropped: 0, resets: 0 });
    expect(endpoints.observed.filter(({ type }) => type !== 'link.sample')).toEqual([
      { type: 'link.connection.opened', data: { connection: 1 } },
      { type: 'link.connection.closed', data: { connection: 1, by: 'client', droppedBytes: 0 } },
    ]);
  });

  test('carries a reset as a reset', async () => {
    const { client, server } = await endpoints.dialThrough();
    const end = endOf(client);
    server.resetAndDestroy();
    expect(await end).toBe('ECONNRESET');
    await until(() => endpoints.proxy.counters().open === 0);
    expect(endpoints.observed.at(-1)?.data).toMatchObject({ by: 'server' });
  });

  test('keeps back pressure: a receiver that does not read stops the sender', async () => {
    const { client, server } = await endpoints.dialThrough();
    const block = Buffer.alloc(1_048_576, 7);
    // Far more than the kernel's buffers of both connections and the proxy hold.
    const blocks = 40;
    for (let sent = 0; sent < blocks; sent += 1) client.write(block);
    const progress = async (): Promise<number> => {
      const before = endpoints.proxy.counters().bytesUp;
      await new Promise((resolve) => void setTimeout(resolve, 50));
      return endpoints.proxy.counters().bytesUp - before;
    };
    while ((await progress()) > 0);
    expect(client.writableLength).toBeGreaterThan(10 * block.length);
    client.end();
    expect((await readAll(server)).length).toBe(blocks * block.length);
  });

  test('resets a client whose upstream refuses, and says so', async () => {
    endpoints.upstream.close();
    const client = endpoints.dial();
    expect(await endOf(client)).toBe('ECONNRESET');
    await until(() => endpoints.proxy.counters().open === 0);
    expect(endpoints.observed.at(-1)).toEqual({ type: 'link.connection.closed', data: { connection: 1, by: 'server', droppedBytes: 0 } });
  });

  test('probes: carried, refused, faults active', async () => {
    expect(await endpoints.proxy.probe()).toEqual({ ok: true, detail: 'a new connection reached the upstream' });
    endpoints.proxy.startFault({ fault: 'slow', kind: 'latency', params: { ms: 5 }, seedHex: SEED_HEX });
    expect(await endpoints.proxy.probe()).toEqual({ ok: false, detail: 'faults are still active: slow' });
    endpoints.proxy.stopFault('slow');
    endpoints.upstream.close();
    expect(await endpoints.proxy.probe()).toEqual({ ok: false, detail: 'a new connection did not reach the upstream' });
  });

  test('samples at each change of the faults and counts what they do', async () => {
    const { client, server } = await endpoints.dialThrough();
    endpoints.proxy.startFault({ fault: 'a', kind: 'latency', params: { ms: '3ms' }, seedHex: SEED_HEX });
    endpoints.proxy.startFault({ fault: 'b', kind: 'bandwidth', params: { bytesPerSec: '20kB', burst: 100 }, seedHex: SEED_HEX });
    endpoints.proxy.startFault({ fault: 'c', kind: 'slice', params: { bytes: 10 } });
    client.end(Buffer.alloc(300, 1));
    expect((await readAll(server)).length).toBe(300);
    for (const fault of ['a', 'b', 'c', 'c', 'unknown']) endpoints.proxy.stopFault(fault);
    const counters = endpoints.proxy.counters();
    expect(counters.delayed).toBeGreaterThan(0);
    expect(counters.throttledMs).toBeGreaterThan(0);
    expect(counters.sliced).toBe(30);
    const faults = endpoints.observed.filter(({ type }) => type === 'link.sample').map(({ data }) => JSON.stringify(data['faults']));
    expect(faults.filter((names, index) => names !== faults[index - 1])).toEqual(['["a"]', '["a","b"]', '["a","b","c"]', '["b","c"]', '["c"]', '[]']);
  });

  test('refuses faults that it does not know, with the word that was meant', () => {
    const { proxy } = endpoints;
    expect(() => proxy.startFault({ fault: 'x', kind: 'latencey', params: {} })).toThrow(/did you mean "latency"/u);
    expect(() => proxy.startFault({ fault: 'x', kind: 'latency', params: { ms: 'fast' } })).toThrow(/ms .*duration such as 100ms/u);
    proxy.startFault({ fault: 'x', kind: 'latency', params: { ms: 1 } });
    expect(() => proxy.startFault({ fault: 'x', kind: 'slice', params: { bytes: 1 } })).toThrow(/fault x is active already/u);
    expect(proxy.counters().faults).toEqual(['x']);
  });

  test('a port in use is named', async () => {
    const { port } = endpoints.proxy;
    const options = { id: 'second', listen: { host: '127.0.0.1', port }, upstream: { host: '127.0.0.1', port: 9 } };
    const deps = { clock: realClock, random: randomFromSeed(1), observe: () => {}, log: silentLogger };
    await expect(startLinkProxy(options, deps)).rejects.toMatchObject({ code: 'FP_PORT_IN_USE' });
    const elsewhere = { ...options, listen: { host: '203.0.113.1', port: 0 } };
    await expect(startLinkProxy(elsewhere, deps)).rejects.toMatchObject({ code: 'FP_BIND_FAILED' });
  });
});

describe('closing a link proxy', () => {
  test('undoes the faults, resets what is open, frees the port and leaves no timer', async () => {
    const clock = createManualClock();
    const endpoints = await openProxiedEndpoints(clock);
    const { proxy } = endpoints;
    const { client, server } = await endpoints.dialThrough();
    proxy.startFault({ fault: 'slow', kind: 'latency', params: { ms: '1h' } });
    proxy.startFault({ fault: 'again', kind: 'reset', params: { every: '1s', probability: 0 } });
    proxy.startFault({ fault: 'cut', kind: 'partition', params: {} });
    client.write('never arrives');
    await until(() => proxy.counters().delayed === 1);
    const parked = endpoints.dial();
    parked.write('x');
    await until(() => proxy.counters().delayed === 2);
    const ends = [endOf(client), endOf(server), endOf(parked)];
    await Promise.all([proxy.close(), proxy.close()]);
    expect(await Promise.all(ends)).toEqual(['ECONNRESET', 'ECONNRESET', 'ECONNRESET']);
    expect(clock.pendingTimers).toBe(0);
    expect(proxy.counters()).toMatchObject({ open: 0, faults: [], dropped: 14 });
    expect(endpoints.observed.filter(({ type }) => type === 'link.connection.closed').map(({ data }) => data['by'])).toEqual(['shutdown', 'shutdown']);
    const heir = createServer().listen(proxy.port, '127.0.0.1');
    await once(heir, 'listening');
    heir.close();
    await endpoints.close();
  });

  test('samples four times a second while it is open', async () => {
    const clock = createManualClock();
    const endpoints = await openProxiedEndpoints(clock);
    clock.advance(1_000);
    expect(endpoints.observed.filter(({ type }) => type === 'link.sample').length).toBe(4);
    await endpoints.close();
  });

  test('a probe that nobody answers gives up', async () => {
    const clock = createManualClock();
    const endpoints = await openProxiedEndpoints(clock);
    // 192.0.2.0/24 is reserved for documentation (RFC 5737): no route leads there, or nothing answers.
    const proxy = await startLinkProxy(
      { id: 'nowhere', listen: { host: '127.0.0.1', port: 0 }, upstream: { host: '192.0.2.1', port: 9 } },
      { clock, random: randomFromSeed(1), observe: () => {}, log: silentLogger },
    );
    const probe = proxy.probe();
    const client = connect(proxy.port, '127.0.0.1');
    client.on('error', () => {});
    await once(client, 'connect');
    clock.advance(2_000);
    expect((await probe).ok).toBe(false);
    await proxy.close();
    await endpoints.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

test('many connections at once keep their bytes apart', async () => {
  const endpoints = await openProxiedEndpoints();
  endpoints.upstream.on('connection', (socket) => socket.pipe(socket));
  const random = randomFromSeed(11);
  endpoints.proxy.startFault({ fault: 'mix', kind: 'latency', params: { ms: 4, jitter: 4 }, seedHex: SEED_HEX });
  const echoes = Array.from({ length: 60 }, async (_one, index) => {
    const client = endpoints.dial();
    const chunks = Array.from({ length: 5 }, (_chunk, part) => Buffer.alloc(random.child('size', index * 5 + part).integer(1, 4_000), index));
    for (const chunk of chunks) client.write(chunk);
    const sent = Buffer.concat(chunks);
    const echoed = await readBytes(client, sent.length);
    client.end();
    return echoed.equals(sent);
  });
  expect(await Promise.all(echoes)).toEqual(echoes.map(() => true));
  expect(endpoints.proxy.counters().connections).toBe(60);
  await endpoints.close();
});
