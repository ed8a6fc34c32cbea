import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endOf, openProxiedEndpoints, readAll, readBytes, until, type ProxiedEndpoints } from '../proxied-endpoints.contract.ts';

describe('partition', () => {
  let endpoints: ProxiedEndpoints;
  beforeEach(async () => {
    endpoints = await openProxiedEndpoints();
  });
  afterEach(() => endpoints.close());

  const cut = (direction: string): void => endpoints.proxy.startFault({ fault: 'cut', kind: 'partition', params: { direction } });
  const heal = (): void => endpoints.proxy.stopFault('cut');
  const closings = (): unknown[] => endpoints.observed.filter(({ type }) => type === 'link.connection.closed').map(({ data }) => data);

  test('holds both directions and lets everything flow on in order', async () => {
    const { client, server } = await endpoints.dialThrough();
    client.write('before ');
    expect((await readBytes(server, 7)).toString()).toBe('before ');
    cut('both');
    client.write('during ');
    server.write('also during');
    await until(() => endpoints.proxy.counters().held === 18);
    expect([server.read(), client.read()]).toEqual([null, null]);
    expect(endpoints.proxy.counters()).toMatchObject({ bytesUp: 7, bytesDown: 0 });
    heal();
    client.end('after');
    expect((await readAll(server)).toString()).toBe('during after');
    server.end();
    expect((await readAll(client)).toString()).toBe('also during');
    await until(() => closings().length === 1);
    expect(closings()).toEqual([{ connection: 1, by: 'client', droppedBytes: 0 }]);
    expect(endpoints.proxy.counters()).toMatchObject({ held: 18, dropped: 0, resets: 0 });
  });

  test.each([
    { direction: 'up', passing: 'down' },
    { direction: 'down', passing: 'up' },
  ])('cut $direction leaves $passing alone', async ({ direction }) => {
    const { client, server } = await endpoints.dialThrough();
    const [held, passing] = direction === 'up' ? [client, server] : [server, client];
    cut(direction);
    held.write('held');
    passing.write('passes');
    expect((await readBytes(held, 6)).toString()).toBe('passes');
    await until(() => endpoints.proxy.counters().held === 4);
    expect(passing.read()).toBeNull();
    heal();
    expect((await readBytes(passing, 4)).toString()).toBe('held');
  });

  test.each(['both', 'up', 'down'])('new connections wait for the heal (%s)', async (direction) => {
    cut(direction);
    const client = endpoints.dial();
    client.write('hello');
    await until(() => endpoints.proxy.counters().held === 5);
    expect(await new Promise((resolve) => void endpoints.upstream.getConnections((_error, count) => resolve(count)))).toBe(0);
    heal();
    expect((await readBytes(await endpoints.nextServer(), 5)).toString()).toBe('hello');
  });

  test('a client that gives up while it waits never reaches the upstream', async () => {
    cut('both');
    const client = endpoints.dial();
    client.write('hello');
    await until(() => endpoints.proxy.counters().held === 5);
    client.destroy();
    await until(() => closings().length === 1);
    expect(closings()).toEqual([{ connection: 1, by: 'client', droppedBytes: 5 }]);
    heal();
    const { client: second, server } = await endpoints.dialThrough();
    second.write('second');
    expect((await readBytes(server, 6)).toString()).toBe('second');
  });

  test.each([
    { by: 'client', how: 'FIN', direction: 'both' },
    { by: 'client', how: 'RST', direction: 'up' },
    { by: 'server', how: 'FIN', direction: 'down' },
    { by: 'server', how: 'RST', direction: 'both' },
  ])('a $how of the $by is not learned of before the heal (cut $direction)', async ({ by, how, direction }) => {
    const { client, server } = await endpoints.dialThrough();
    const [gone, other] = by === 'client' ? [client, server] : [server, client];
    cut(direction);
    gone.write('lost with it');
    await until(() => endpoints.proxy.counters().held === 12);
    let isTold = false;
    const told = endOf(other).then((end) => {
      isTold = true;
      return end;
    });
    if (how === 'FIN') gone.destroy();
    else gone.resetAndDestroy();
    await new Promise((resolve) => void setTimeout(resolve, 60));
    expect([isTold, endpoints.proxy.counters().open]).toEqual([false, 1]);
    heal();
    expect(await told).toBe('ECONNRESET');
    await until(() => closings().length === 1);
    expect(closings()).toEqual([{ connection: 1, by, droppedBytes: 12 }]);
    expect(endpoints.proxy.counters().dropped).toBe(12);
  });

  test('a reset in the open direction is learned of at once', async () => {
    const { client, server } = await endpoints.dialThrough();
    cut('down');
    server.write('held');
    await until(() => endpoints.proxy.counters().held === 4);
    client.resetAndDestroy();
    expect(await endOf(server)).toBe('ECONNRESET');
    await until(() => closings().length === 1);
    expect(closings()).toEqual([{ connection: 1, by: 'client', droppedBytes: 4 }]);
  });

  test('when both endpoints close behind the cut, the connection is over', async () => {
    const { client, server } = await endpoints.dialThrough();
    cut('both');
    client.destroy();
    await new Promise((resolve) => void setTimeout(resolve, 20));
    server.destroy();
    await until(() => closings().length === 1);
    expect(closings()).toEqual([{ connection: 1, by: 'client', droppedBytes: 0 }]);
  });

  test('holds a bounded number of bytes and pauses the sender; the rest follows in order', async () => {
    const { client, server } = await endpoints.dialThrough();
    cut('up');
    const sent = Buffer.alloc(12_000_000, Buffer.from(Array.from({ length: 251 }, (_byte, index) => index)));
    client.end(sent);
    await until(() => endpoints.proxy.counters().held >= 1_048_576);
    await new Promise((resolve) => void setTimeout(resolve, 50));
    expect(endpoints.proxy.counters().held).toBeLessThan(1_048_576 + 131_072);
    heal();
    expect((await readAll(server)).equals(sent)).toBe(true);
  });

  test('two partitions at once: the link heals with the second', async () => {
    const { client, server } = await endpoints.dialThrough();
    cut('up');
    endpoints.proxy.startFault({ fault: 'second', kind: 'partition', params: {} });
    client.write('held');
    await until(() => endpoints.proxy.counters().held === 4);
    heal();
    await new Promise((resolve) => void setTimeout(resolve, 20));
    expect(server.read()).toBeNull();
    endpoints.proxy.stopFault('second');
    expect((await readBytes(server, 4)).toString()).toBe('held');
  });
});
