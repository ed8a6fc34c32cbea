// oxlint-disable-next-line import/no-unassigned-import -- x509 reads what this one adds to the global Reflect.
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { webcrypto } from 'node:crypto';

/** A certificate with its chain and its key, PEM, as a TLS server takes them. */
export interface ServerIdentity {
  /** The server's own certificate first, then the intermediate ones; the root is not among them. */
  readonly certChainPem: string;
  readonly keyPem: string;
}

export interface ServerCertificateWish {
  /** Names of the certificate: DNS names and IPv4 addresses. At least one. */
  readonly names: readonly string[];
  /** Validity, milliseconds since 1970. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Intermediate authorities between root and server, 0 to 20; 0 by default. */
  readonly intermediates?: number;
  /** `rsa`: 2048 bits, for devices that know nothing else. `ec` (P-256) by default. */
  readonly key?: 'ec' | 'rsa';
}

/** A test certificate authority: for benches, never for production. */
export interface CertificateAuthority {
  /** What a device has to trust. */
  readonly rootPem: string;
  /** Its private key (PKCS #8), to keep the authority: whoever has it can make certificates that those devices trust. */
  readonly rootKeyPem: string;
  /** End of the root's validity, milliseconds since 1970. */
  readonly notAfterMs: number;
  serverIdentity(wish: ServerCertificateWish): Promise<ServerIdentity>;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2_048 } as const;

interface Issuer {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** Hands out serial numbers, each once. */
function serialsAfter(last: number): () => string {
  let serial = last;
  return () => {
    serial += 1;
    return serial.toString(16).padStart(16, '0');
  };
}

/** @param name - Common name of the root. @param validity - Of the root and of intermediate authorities, milliseconds since 1970. */
export async function createCertificateAuthority(
  name: string,
  validity: { readonly notBeforeMs: number; readonly notAfterMs: number },
): Promise<CertificateAuthority> {
  const nextSerial = serialsAfter(1);
  const keys = await newKeys('ec');
  const [notBefore, notAfter] = [new Date(validity.notBeforeMs), new Date(validity.notAfterMs)];
  const root = await X509CertificateGenerator.createSelfSigned(
    { serialNumber: nextSerial(), name: `CN=${name}`, notBefore, notAfter, signingAlgorithm: EC, keys, extensions: [...authorityExtensions(), await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto)] },
    webcrypto,
  );
  return authorityOf(root, keys, nextSerial);
}

/**
 * An authority that was kept.
 * @param lastSerial - Above every serial number that it has given, 0 to 2^53 - 1 (RFC 5280 section 4.1.2.2).
 * @throws Error when the texts are no certificate and key on P-256.
 */
export async function loadCertificateAuthority({ rootPem, rootKeyPem }: Pick<CertificateAuthority, 'rootPem' | 'rootKeyPem'>, lastSerial: number): Promise<CertificateAuthority> {
  const root = new X509Certificate(rootPem);
  const der = Buffer.from(rootKeyPem.replaceAll(/-----[^-]+-----|\s/gu, ''), 'base64');
  const privateKey = await webcrypto.subtle.importKey('pkcs8', der, EC, true, ['sign']);
  const publicKey = await root.publicKey.export(EC, ['verify'], webcrypto);
  return authorityOf(root, { privateKey, publicKey }, serialsAfter(lastSerial));
}

async function authorityOf(root: X509Certificate, keys: webcrypto.CryptoKeyPair, nextSerial: () => string): Promise<CertificateAuthority> {
  const { notBefore, notAfter } = root;

  const intermediate = async (issuer: Issuer, index: number): Promise<Issuer> => {
    const own = await newKeys('ec');
    const certificate = await X509CertificateGenerator.create(
      { serialNumber: nextSerial(), subject: `${root.subject} ${index}`, issuer: issuer.certificate.subject, notBefore, notAfter, signingAlgorithm: EC, publicKey: own.publicKey, signingKey: issuer.keys.privateKey, extensions: [...authorityExtensions(), ...(await identifiers(own, issuer))] },
      webcrypto,
    );
    return { certificate, keys: own };
  };

  return {
    rootPem: root.toString('pem'),
    rootKeyPem: await keyPem(keys),
    notAfterMs: notAfter.getTime(),
    serverIdentity: async ({ names, notBeforeMs, notAfterMs, intermediates = 0, key = 'ec' }) => {
      const chain: Issuer[] = [{ certificate: root, keys }];
      for (let index = 1; index <= intermediates; index += 1) chain.unshift(await intermediate(chain[0] ?? { certificate: root, keys }, index));
      const issuer = chain[0] ?? { certificate: root, keys };
      const own = await newKeys(key);
      const certificate = await X509CertificateGenerator.create(
        {
          serialNumber: nextSerial(),
          subject: `CN=${names[0] ?? 'server'}`,
          issuer: issuer.certificate.subject,
          notBefore: new Date(notBeforeMs),
          notAfter: new Date(notAfterMs),
          signingAlgorithm: EC,
          publicKey: own.publicKey,
          signingKey: issuer.keys.privateKey,
          extensions: [
            new BasicConstraintsExtension(false, undefined, true),
            new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
            new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
            new SubjectAlternativeNameExtension(names.map((value) => ({ type: /^\d+(?:\.\d+){3}$/u.test(value) ? 'ip' : 'dns', value }))),
            ...(await identifiers(own, issuer)),
          ],
        },
        webcrypto,
      );
      const certificates = [certificate, ...chain.slice(0, -1).map((one) => one.certificate)];
      return { certChainPem: `${certificates.map((one) => one.toString('pem')).join('\n')}\n`, keyPem: await keyPem(own) };
    },
  };
}

function authorityExtensions(): (BasicConstraintsExtension | KeyUsagesExtension)[] {
  return [new BasicConstraintsExtension(true, undefined, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)];
}

async function identifiers(own: webcrypto.CryptoKeyPair, issuer: Issuer): Promise<(SubjectKeyIdentifierExtension | AuthorityKeyIdentifierExtension)[]> {
  return [
    await SubjectKeyIdentifierExtension.create(own.publicKey, false, webcrypto),
    await AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey, false, webcrypto),
  ];
}

function newKeys(kind: 'ec' | 'rsa'): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(kind === 'ec' ? EC : RSA, true, ['sign', 'verify']);
}

async function keyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${(base64.match(/.{1,64}/gu) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}
