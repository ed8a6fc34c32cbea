import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { encodeTcp } from '../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { serveTcp, type TcpServer, type TcpServerOptions } from './tcp-server.ts';
import { testDevice } from './test-device.contract.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function listen(options: Partial<TcpServerOptions> = {}): Promise<TcpServer> {
  const server = await serveTcp(testDevice(realClock).server, { host: '127.0.0.1', port: 0, unit: 5, ...options });
  cleanUps.push(() => server.stop());
  return server;
}

interface Client {
  readonly socket: Socket;
  /** Resolves with all bytes received once there are this many. */
  receive(byteCount: number): Promise<string>;
  readonly closed: Promise<void>;
}

async function open({ host, port }: TcpServer): Promise<Client> {
  const socket = connect({ host, port });
  cleanUps.push(() => socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  let received = Buffer.alloc(0);
  let check: (() => void) | undefined;
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    check?.();
  });
  return {
    socket,
    closed,
    receive: (byteCount) =>
      new Promise((resolve) => {
        check = () => {
          if (received.length >= byteCount) resolve(received.toString('hex'));
        };
        check();
      }),
  };
}

/** Reads holding register 0. */
function readRequest(transactionId: number, unit = 5): Uint8Array {
  return encodeTcp(transactionId, unitId(unit), Uint8Array.from([3, 0, 0, 0, 1]));
}

test('pipelined requests, cut anywhere, are answered in order under their transaction ids', async () => {
  const client = await open(await listen());
  const stream = Buffer.concat([readRequest(0xffff), readRequest(0), readRequest(2)]);
  for (const byte of stream) client.socket.write(Uint8Array.of(byte));
  expect(await client.receive(33)).toBe(['ffff000000050503020000', '0000000000050503020000', '0002000000050503020000'].join(''));
});

test('it answers to its own unit id, 0 and 255, with the unit id it was asked under; to others not at all', async () => {
  const client = await open(await listen());
  client.socket.write(Buffer.concat([readRequest(1, 6), readRequest(2, 0), readRequest(3, 255), readRequest(4, 5)]));
  expect(await client.receive(33)).toBe(['0002000000050003020000', '000300000005ff03020000', '0004000000050503020000'].join(''));
});

test('with `exception-0b` a foreign unit id is answered as by a gateway whose unit is silent', async () => {
  const client = await open(await listen({ foreignUnit: 'exception-0b' }));
  client.socket.write(readRequest(1, 6));
  expect(await client.receive(9)).toBe('00010000000306830b');
});

test('a broken header closes its own connection and no other', async () => {
  const server = await listen();
  const [good, bad] = [await open(server), await open(server)];
  bad.socket.write(Buffer.from('000000000fff0103', 'hex'));
  await bad.closed;
  good.socket.write(readRequest(1));
  expect(await good.receive(11)).toBe('0001000000050503020000');
});

test('a client that leaves in the middle of a request disturbs nobody', async () => {
  const server = await listen();
  const [stays, leaves] = [await open(server), await open(server)];
  leaves.socket.write(readRequest(1).subarray(0, 8));
  leaves.socket.resetAndDestroy();
  stays.socket.write(readRequest(9));
  expect(await stays.receive(11)).toBe('0009000000050503020000');
});

test('one connection too many closes the one that has been quiet for longest', async () => {
  const server = await listen({ connectionsMax: 2 });
  const [first, second] = [await open(server), await open(server)];
  first.socket.write(readRequest(1));
  await first.receive(11);
  const third = await open(server);
  await second.closed;
  first.socket.write(readRequest(2));
  third.socket.write(readRequest(3));
  expect(await first.receive(22)).toContain('0002000000050503020000');
  expect(await third.receive(11)).toBe('0003000000050503020000');
});

test('stop closes the connections and gives the port back', async () => {
  const server = await listen();
  const client = await open(server);
  await server.stop();
  await client.closed;
  const again = await listen({ port: server.port });
  expect(again.port).toBe(server.port);
});
