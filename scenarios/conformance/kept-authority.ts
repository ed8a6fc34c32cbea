import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import { createCertificateAuthority, loadCertificateAuthority, type CertificateAuthority } from '../../hil/transport/certificate-authority.ts';

/** A test authority with the file that devices install. */
export interface KeptAuthority {
  readonly authority: CertificateAuthority;
  /** PEM file of its certificate. */
  readonly certificateFile: string;
}

const DAY_MS = 86_400_000;
/** A bench lives long, and its certificate is installed by hand on many devices. */
const VALID_DAYS = 3_650;
/** What is left has to outlive a run. */
const LEFT_DAYS_MIN = 1;
const OWNER_ONLY = 0o600;

/**
 * The test authority of a folder: `ca.pem`, which devices install, and `ca.key`, which nobody but the tester needs. Made
 * with the folder when neither is there, so that devices keep what they trust from run to run.
 * @throws FieldproofError FP_FILE_UNREADABLE when one of the two is missing, is none, does not belong to the other or has
 * expired, or when the folder cannot be written.
 */
export async function keptAuthority(folder: string, clock: Clock): Promise<KeptAuthority> {
  const [certificateFile, keyFile] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
  if (!existsSync(certificateFile) && !existsSync(keyFile)) return { authority: await made(folder, certificateFile, keyFile, clock), certificateFile };
  const nowMs = clock.wallMs();
  try {
    const [rootPem, rootKeyPem] = [readFileSync(certificateFile, 'utf8'), readFileSync(keyFile, 'utf8')];
    if (!new X509Certificate(rootPem).checkPrivateKey(createPrivateKey(rootKeyPem))) throw new RangeError('ca.key is not the key of ca.pem');
    // Milliseconds since 1970 grow from run to run, and no run gives a serial number for each of them.
    const authority = await loadCertificateAuthority({ rootPem, rootKeyPem }, nowMs);
    if (authority.notAfterMs < nowMs + LEFT_DAYS_MIN * DAY_MS) throw new RangeError(`ca.pem ends on ${new Date(authority.notAfterMs).toISOString()}`);
    return { authority, certificateFile };
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `${folder} holds no test authority: ${messageOf(cause)}`, {
      cause,
      hint: 'Remove ca.pem and ca.key, or name another folder: a new authority is made, and its ca.pem has to be installed on the device.',
    });
  }
}

async function made(folder: string, certificateFile: string, keyFile: string, clock: Clock): Promise<CertificateAuthority> {
  const nowMs = clock.wallMs();
  const authority = await createCertificateAuthority('fieldproof bench', { notBeforeMs: nowMs - DAY_MS, notAfterMs: nowMs + VALID_DAYS * DAY_MS });
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(keyFile, authority.rootKeyPem, { mode: OWNER_ONLY });
    writeFileSync(certificateFile, authority.rootPem);
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot keep a test authority in ${folder}: ${messageOf(cause)}`, { cause });
  }
  return authority;
}
