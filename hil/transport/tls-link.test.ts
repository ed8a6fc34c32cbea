import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '../runtime/real-clock.ts';
import { byteLinkContract, type LinkPair } from './byte-link.contract.ts';
import type { ByteLink } from './byte-link.ts';
import { createCertificateAuthority, type CertificateAuthority, type ServerCertificateWish } from './certificate-authority.ts';
import { connectTls, type TlsClientOptions } from './tls-link.ts';
import { listenTls, type TlsHandshake, type TlsListener } from './tls-listener.ts';

const HOST = '127.0.0.1';
const DAY_MS = 86_400_000;
const deps = { clock: realClock, timeoutMs: 5_000 };
const nowMs = realClock.wallMs();
const validity = { notBeforeMs: nowMs - DAY_MS, notAfterMs: nowMs + DAY_MS };

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let listener: TlsListener;
const links: ByteLink[] = [];
const handshakes: TlsHandshake[] = [];

beforeAll(async () => {
  authority = await createCertificateAuthority('bench', validity);
  stranger = await createCertificateAuthority('stranger', validity);
  listener = await listenTls({ host: HOST, port: 0 }, await identity({}), (link) => links.push(link), (handshake) => handshakes.push(handshake));
});

afterAll(() => listener.close());

function identity(wish: Partial<ServerCertificateWish>) {
  return authority.serverIdentity({ names: ['localhost', HOST], ...validity, ...wish });
}

async function connectedPair(options: TlsClientOptions = { ca: authority.rootPem }): Promise<LinkPair> {
  const a = await connectTls({ host: HOST, port: listener.port }, options, deps);
  while (links.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const b = links.shift();
  if (b === undefined) throw new Error('no connection was accepted');
  return { a, b, dispose: async () => [a, b].forEach((link) => link.destroy()) };
}

// Under TLS a cut is a plain end, or a reset when bytes of the session (tickets) were still unread: the system decides.
byteLinkContract('tls', () => connectedPair(), { datagrams: false, aSeesClose: 'good order', bSeesClose: 'good order', seesCut: 'either', floodBytes: 67_108_864 });

test.each([0, 1, 8])('a certificate behind %i intermediate authorities is trusted by its root', async (intermediates) => {
  listener.setOptions(await identity({ intermediates }));
  const { dispose } = await connectedPair();
  await dispose();
});

test('an RSA certificate and a suite of TLS 1.2 are agreed on', async () => {
  listener.setOptions({ ...(await identity({ key: 'rsa' })), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' });
  const { dispose } = await connectedPair();
  expect(handshakes.at(-1)).toEqual({ kind: 'secure', protocol: 'TLSv1.2', cipher: 'ECDHE-RSA-AES128-GCM-SHA256' });
  await dispose();
});

test.each([
  ['of an unknown authority', async () => stranger.serverIdentity({ names: [HOST], ...validity }), /self.signed|unable to/u],
  ['for another name', () => identity({ names: ['elsewhere.test'] }), /altnames|does not match/u],
  ['that has expired', () => identity({ notAfterMs: nowMs - DAY_MS / 2 }), /expired/u],
  ['that is not valid yet', () => identity({ notBeforeMs: nowMs + DAY_MS / 2 }), /not yet valid/u],
])('a certificate %s is refused, and taken without verification', async (_what, make, reason) => {
  listener.setOptions(await make());
  await expect(connectTls({ host: HOST, port: listener.port }, { ca: authority.rootPem }, deps)).rejects.toThrow(reason);
  links.splice(0);
  const { dispose } = await connectedPair({ verify: false });
  await dispose();
});

test('a handshake that cannot succeed is told on the server side too', async () => {
  listener.setOptions({ ...(await identity({})), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' });
  const before = handshakes.length;
  await expect(connectTls({ host: HOST, port: listener.port }, { ca: authority.rootPem }, deps)).rejects.toMatchObject({ code: 'FP_LINK_OPEN' });
  while (handshakes.length === before) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(handshakes.at(-1)?.kind).toBe('failed');
});
