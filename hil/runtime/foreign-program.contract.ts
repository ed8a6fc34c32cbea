import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

/** A program that none of us wrote, which judges ours from outside. */
export interface ForeignProgram {
  readonly name: string;
  /** The Debian package that brings it. */
  readonly aptPackage: string;
  /** Where it is; undefined when it is not installed. */
  readonly path: string | undefined;
}

export const MBPOLL = foreign('mbpoll', 'mbpoll');
export const MOSQUITTO = foreign('mosquitto', 'mosquitto');
export const MOSQUITTO_PUB = foreign('mosquitto_pub', 'mosquitto-clients');
export const MOSQUITTO_SUB = foreign('mosquitto_sub', 'mosquitto-clients');
export const TSHARK = foreign('tshark', 'tshark');
/** Makes a program write line by line. */
export const STDBUF = foreign('stdbuf', 'coreutils');
export const XMLLINT = foreign('xmllint', 'libxml2-utils');
export const CHROMIUM = foreign(['chromium', 'chromium-browser', 'google-chrome'], 'chromium');
/** A Python that has pymodbus: Debian's, whatever `python3` is first on PATH. */
export const PYMODBUS: ForeignProgram = {
  name: 'pymodbus',
  aptPackage: 'python3-pymodbus',
  path: existsSync('/usr/lib/python3/dist-packages/pymodbus') ? '/usr/bin/python3' : undefined,
};

/**
 * Looks a program up on PATH, then where Debian keeps what only root's PATH leads to.
 * @param names - Its name, or the names that it goes by; the first that is there counts.
 */
export function foreign(names: string | readonly string[], aptPackage: string): ForeignProgram {
  const all = typeof names === 'string' ? [names] : names;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].filter((folder) => folder !== '');
  const path = all.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  return { name: all[0] ?? '', aptPackage, path };
}

/** The path of a program in a test that `describeWith` guards. @throws Error when it is not installed. */
export function pathOf({ name, aptPackage, path }: ForeignProgram): string {
  if (path === undefined) throw new Error(`${name} is not installed: apt-get install ${aptPackage}`);
  return path;
}

/**
 * A group of tests that need programs that none of us wrote. Where one is missing, the group is skipped under a name that
 * says which, and how to get it; with FP_REQUIRE_FOREIGN=1, as in the gate, it fails.
 */
export function describeWith(programs: readonly ForeignProgram[], name: string, body: () => void): void {
  const missing = programs.filter(({ path }) => path === undefined);
  const isRequired = process.env['FP_REQUIRE_FOREIGN'] === '1';
  const lack = `${missing.map((program) => program.name).join(', ')} not installed: apt-get install ${packagesOf(missing)}`;
  if (missing.length > 0 && isRequired) {
    test(`${name}: its foreign programs are installed`, () => {
      throw new Error(`${lack} (FP_REQUIRE_FOREIGN=1 asks for it)`);
    });
    return;
  }
  describe.skipIf(missing.length > 0)(missing.length > 0 ? `${name} (SKIPPED: ${lack})` : name, body);
}

function packagesOf(programs: readonly ForeignProgram[]): string {
  return [...new Set(programs.map(({ aptPackage }) => aptPackage))].join(' ');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not for us: the next folder may have it.
    return false;
  }
}
