import { afterEach, expect, test } from 'vitest';
import { byteLinkContract, type LinkPair } from './byte-link.contract.ts';
import { UNREAD_BYTES_MAX } from './byte-link.ts';
import { bindUdp, openUdp, UDP_DATAGRAM_BYTES_MAX, type UdpLink } from './udp-link.ts';

const HOST = '127.0.0.1';

const disposals: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const dispose of disposals.splice(0)) await dispose();
});

byteLinkContract('udp', makePair, { datagrams: true, aSeesClose: 'nothing', bSeesClose: 'nothing', floodBytes: 0 });

async function makePair(): Promise<LinkPair & { readonly b: UdpLink }> {
  const [portA, portB] = await Promise.all([bindUdp({ host: HOST, port: 0 }), bindUdp({ host: HOST, port: 0 })]);
  const [a, b] = await Promise.all([
    portA.connect({ host: HOST, port: portB.port }),
    portB.connect({ host: HOST, port: portA.port }),
  ]);
  const dispose = async (): Promise<void> => {
    await Promise.all([a.close(), b.close()]);
  };
  disposals.push(dispose);
  return { a, b, dispose };
}

test('a datagram over the limit of UDP is refused, one at the limit passes', async () => {
  const { a, b } = await makePair();
  const received = new Promise<Uint8Array>((resolve) => b.onBytes(resolve));
  await expect(a.send(new Uint8Array(UDP_DATAGRAM_BYTES_MAX + 1))).rejects.toMatchObject({ code: 'FP_LIMIT' });
  await a.send(new Uint8Array(UDP_DATAGRAM_BYTES_MAX));
  expect((await received).byteLength).toBe(UDP_DATAGRAM_BYTES_MAX);
});

test('what nobody reads is kept up to its bound, then dropped and counted', async () => {
  const { a, b } = await makePair();
  const datagramBytes = 16_384;
  const kept = UNREAD_BYTES_MAX / datagramBytes;
  for (let sent = 1; sent <= kept + 3; sent += 1) {
    await a.send(new Uint8Array(datagramBytes));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  while (b.droppedDatagrams < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  const sizes: number[] = [];
  b.onBytes((chunk) => sizes.push(chunk.byteLength));
  expect(sizes).toEqual(Array.from({ length: kept }, () => datagramBytes));
});

test('a link outlives a peer that is not there yet', async () => {
  const reserved = await bindUdp({ host: HOST, port: 0 });
  await reserved.close();
  const a = await openUdp({ host: HOST, port: 0, remote: { host: HOST, port: reserved.port } });
  for (let sent = 0; sent < 3; sent += 1) {
    // Two at once, so that the second meets the error that the first one has caused.
    await Promise.all([a.send(Uint8Array.of(sent)), a.send(Uint8Array.of(sent))]);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const late = await bindUdp({ host: HOST, port: reserved.port });
  const link = await late.connect({ host: HOST, port: a.localPort });
  const received = new Promise<Uint8Array>((resolve) => link.onBytes(resolve));
  await a.send(Uint8Array.of(99));
  expect((await received)[0]).toBe(99);
  await Promise.all([a.close(), link.close()]);
});

test('a port in use and a foreign address are told apart', async () => {
  const port = await bindUdp({ host: HOST, port: 0 });
  await expect(bindUdp({ host: HOST, port: port.port })).rejects.toMatchObject({ code: 'FP_PORT_IN_USE' });
  await expect(bindUdp({ host: '192.0.2.1', port: 0 })).rejects.toMatchObject({ code: 'FP_BIND_FAILED' });
  await port.close();
});
