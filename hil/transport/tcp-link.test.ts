import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { realClock } from '../runtime/real-clock.ts';
import { byteLinkContract, type LinkPair } from './byte-link.contract.ts';
import type { ByteLink } from './byte-link.ts';
import { connectTcp, listenTcp, type TcpPeer } from './tcp-link.ts';

const HOST = '127.0.0.1';
const deps = { clock: realClock, timeoutMs: 5_000 };

byteLinkContract('tcp', makePair, { datagrams: false, aSeesClose: 'good order', bSeesClose: 'good order', floodBytes: 67_108_864 });

async function makePair(): Promise<LinkPair & { readonly peer: TcpPeer; readonly port: number }> {
  const accepted: { link: ByteLink; peer: TcpPeer }[] = [];
  const listener = await listenTcp({ host: HOST, port: 0 }, (link, peer) => accepted.push({ link, peer }));
  const a = await connectTcp({ host: HOST, port: listener.port }, deps);
  while (accepted.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const [first] = accepted;
  if (first === undefined) throw new Error('no connection was accepted');
  const dispose = async (): Promise<void> => {
    a.destroy();
    first.link.destroy();
    await listener.close();
  };
  return { a, b: first.link, peer: first.peer, port: listener.port, dispose };
}

test('an accepted link knows both of its addresses', async () => {
  const { a, b, peer, port, dispose } = await makePair();
  expect(a.name).toBe(`tcp ${HOST}:${port}`);
  expect(b.name).toBe(`tcp peer ${HOST}:${peer.port}`);
  expect(peer).toMatchObject({ host: HOST, localHost: HOST, localPort: port });
  await dispose();
});

test('a refused connection says where and why', async () => {
  const listener = await listenTcp({ host: HOST, port: 0 }, () => undefined);
  await listener.close();
  const { port } = listener;
  const opening = connectTcp({ host: HOST, port }, deps);
  await expect(opening).rejects.toMatchObject({ code: 'FP_LINK_OPEN', message: expect.stringContaining(`${HOST}:${port}`) });
  await expect(opening).rejects.toThrow('ECONNREFUSED');
});

test('an attempt ends at its time limit', async () => {
  // Of a documentation range (RFC 5737): where packets go unanswered, the limit ends it; elsewhere the system refuses.
  const opening = connectTcp({ host: '192.0.2.1', port: 9 }, { clock: realClock, timeoutMs: 50 });
  await expect(opening).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
});

test('a cancelled attempt is refused, before and during', async () => {
  await expect(connectTcp({ host: HOST, port: 1 }, deps, AbortSignal.abort())).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  const controller = new AbortController();
  const opening = connectTcp({ host: '192.0.2.1', port: 9 }, deps, controller.signal);
  controller.abort();
  await expect(opening).rejects.toThrow('cancelled');
});

test('a port in use and a foreign address are told apart', async () => {
  const listener = await listenTcp({ host: HOST, port: 0 }, () => undefined);
  const again = listenTcp({ host: HOST, port: listener.port }, () => undefined);
  await expect(again).rejects.toMatchObject({ code: 'FP_PORT_IN_USE', message: expect.stringContaining(`${HOST}:${listener.port}`) });
  await expect(listenTcp({ host: '192.0.2.1', port: 0 }, () => undefined)).rejects.toMatchObject({ code: 'FP_BIND_FAILED' });
  await listener.close();
});

test('a closed listener keeps its open links, refuses new ones and frees its port', async () => {
  const { a, b, port, dispose } = await makePair();
  const other = await listenTcp({ host: HOST, port: 0 }, () => undefined);
  await other.close();
  await expect(connectTcp({ host: HOST, port: other.port }, deps)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  const received = new Promise((resolve) => b.onBytes(resolve));
  await a.send(Uint8Array.of(7));
  expect(await received).toEqual(Buffer.of(7));
  await dispose();
  const rebound = await listenTcp({ host: HOST, port }, () => undefined);
  await rebound.close();
});

test('destroy sends RST, close sends FIN', async () => {
  const ended: string[] = [];
  const links: ByteLink[] = [];
  const listener = await listenTcp({ host: HOST, port: 0 }, (link) => links.push(link));
  const sockets = await Promise.all(['close', 'destroy'].map((kind) => plainClient(listener.port, (how) => ended.push(`${kind} ${how}`))));
  while (links.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const [index, socket] of sockets.entries()) {
    const link = links.find((candidate) => candidate.name.endsWith(`:${socket.localPort}`));
    if (index === 0) await link?.close();
    else link?.destroy();
  }
  while (ended.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(ended.toSorted()).toEqual(['close end', 'destroy ECONNRESET']);
  await listener.close();
});

function plainClient(port: number, onEnd: (how: string) => void): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => resolve(socket));
    socket.resume();
    socket.on('end', () => onEnd('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => onEnd(error.code ?? error.message));
  });
}
