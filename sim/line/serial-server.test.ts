import { afterEach, expect, test, vi } from 'vitest';
import { realClock } from '../../hil/runtime/real-clock.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import { openSerialServer, type SerialServer } from './serial-server.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Client {
  readonly link: ByteLink;
  heard: string;
}

async function open(): Promise<SerialServer> {
  const server = await openSerialServer({ host: '127.0.0.1', port: 0 });
  cleanUps.push(() => server.link.close());
  return server;
}

async function connect({ host, port }: SerialServer): Promise<Client> {
  const link = await connectTcp({ host, port }, { clock: realClock, timeoutMs: 2_000 });
  cleanUps.push(() => link.destroy());
  const client: Client = { link, heard: '' };
  link.onBytes((chunk) => (client.heard += Buffer.from(chunk).toString()));
  return client;
}

const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 5_000, interval: 5 });

test('what any client sends goes out on the wire, and what comes back goes to all', async () => {
  const server = await open();
  let wire = '';
  server.link.onBytes((chunk) => (wire += Buffer.from(chunk).toString()));
  const [a, b] = [await connect(server), await connect(server)];
  await a.link.send(Buffer.from('one '));
  await until(() => wire === 'one ');
  await b.link.send(Buffer.from('two'));
  await until(() => wire === 'one two');
  await server.link.send(Buffer.from('answer'));
  await until(() => a.heard === 'answer' && b.heard === 'answer');
});

test('with nobody connected what is sent is lost', async () => {
  const server = await open();
  await server.link.send(Buffer.from('lost'));
  const client = await connect(server);
  // The connection is accepted a turn after it is established here.
  await until(() => {
    void server.link.send(Buffer.from('.'));
    return client.heard.length > 0;
  });
  expect(client.heard).toMatch(/^\.+$/u);
});

test('switched off it cuts its clients and refuses new ones; switched on it has the same port', async () => {
  const server = await open();
  const client = await connect(server);
  const { port } = server;
  await server.unplug();
  await server.unplug();
  await client.link.closed;
  expect(server.isPlugged).toBe(false);
  await expect(connect(server)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  await server.plug();
  await server.plug();
  expect([server.port, server.isPlugged]).toEqual([port, true]);
  expect((await connect(server)).link.name).toContain(String(port));
});

test('one client more than the bound is closed, and makes room for the next when another leaves', async () => {
  const server = await open();
  const clients = [];
  for (let count = 0; count < 8; count += 1) clients.push(await connect(server));
  await (await connect(server)).link.closed;
  clients[0]?.link.destroy();
  await vi.waitFor(
    async () => {
      const { link } = await connect(server);
      const outcome = await Promise.race([link.closed.then(() => 'closed'), new Promise((resolve) => setTimeout(() => resolve('open'), 50))]);
      expect(outcome).toBe('open');
    },
    { timeout: 5_000, interval: 20 },
  );
});

test('a client that does not read is cut instead of holding up the wire', async () => {
  const server = await open();
  const client = await connect(server);
  client.link.pause();
  // More than the kernel holds for both ends.
  for (let count = 0; count < 500; count += 1) {
    await server.link.send(new Uint8Array(60_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.link.resume();
  await client.link.closed;
  expect(client.heard.length).toBeLessThan(500 * 60_000);
});

test('a closed server sends nothing more', async () => {
  const server = await open();
  await server.link.close();
  await expect(server.link.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
  expect(await server.link.closed).toEqual({ error: undefined });
});
