import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { JsonValue } from '../../hil/runtime/observation.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { createCertificateAuthority, type CertificateAuthority, type ServerCertificateWish } from '../../hil/transport/certificate-authority.ts';
import { listenTls, type TlsServerOptions } from '../../hil/transport/tls-listener.ts';
import type { Arrivals } from './arrivals.ts';

/** A TLS listener that shows the device good certificates and bad ones. */
export interface TlsBench {
  /** What the device has to trust. */
  readonly rootPem: string;
  /** Shows this kind from now on. @returns the port. @throws FieldproofError FP_INTERNAL for a kind that is none. */
  show(kind: string): Promise<number>;
  close(): Promise<void>;
}

export interface TlsBenchOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Whose certificates are the good ones; left out: a new one, which is forgotten. */
  readonly authority?: CertificateAuthority;
  /** What the device calls its broker. */
  readonly names: readonly string[];
  readonly clock: Clock;
  /** Takes the outcome of each handshake. */
  readonly handshakes: Arrivals<JsonValue>;
  readonly onLink: (link: ByteLink) => void;
}

const DAY_MS = 86_400_000;
/** Intermediate authorities of the oversized chain: together more than a TLS record of 16 kB holds. */
const OVERSIZED_CHAIN = 12;

/** @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED. */
export async function tlsBench({ host, port, names, clock, handshakes, onLink, ...given }: TlsBenchOptions): Promise<TlsBench> {
  const nowMs = clock.wallMs();
  const validity = { notBeforeMs: nowMs - 2 * DAY_MS, notAfterMs: nowMs + 30 * DAY_MS };
  const authority = given.authority ?? (await createCertificateAuthority('fieldproof bench', validity));
  const stranger = await createCertificateAuthority('fieldproof stranger', validity);
  const identity = (wish: Partial<ServerCertificateWish> = {}): Promise<TlsServerOptions> => authority.serverIdentity({ names, ...validity, ...wish });
  const kinds: Readonly<Record<string, () => Promise<TlsServerOptions>>> = {
    tls: () => identity(),
    'tls-unknown-ca': () => stranger.serverIdentity({ names, ...validity }),
    'tls-wrong-name': () => identity({ names: ['elsewhere.test'] }),
    'tls-expired': () => identity({ notAfterMs: nowMs - DAY_MS }),
    'tls-long-chain': () => identity({ intermediates: OVERSIZED_CHAIN }),
    'tls-1.2-ecdsa-aes128-gcm': async () => ({ ...(await identity()), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }),
    'tls-1.2-rsa-aes128-gcm': async () => ({ ...(await identity({ key: 'rsa' })), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }),
  };
  const listener = await listenTls({ host, port }, await identity(), onLink, (handshake) => handshakes.add({ ...handshake }));
  return {
    rootPem: authority.rootPem,
    show: async (kind) => {
      const make = kinds[kind];
      if (make === undefined) throw new FieldproofError('FP_INTERNAL', `there is no listener ${kind}`);
      listener.setOptions(await make());
      return listener.port;
    },
    close: () => listener.close(),
  };
}
