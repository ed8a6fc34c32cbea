import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary file that is removed with its folder. */
export interface TemporaryFile {
  readonly path: string;
  remove(): void;
}

/** A device profile of `count` 16-bit holding registers R0, R1, ... from address 0 on, as a file. */
export function writeRegisterProfile(count: number): TemporaryFile {
  const deviceResources = Array.from({ length: count }, (_register, address) => ({
    name: `R${address}`,
    attributes: { primaryTable: 'HOLDING_REGISTERS', startingAddress: address, rawType: 'Uint16' },
    properties: { valueType: 'Uint16', readWrite: 'RW' },
  }));
  // JSON is YAML.
  return writeTemporary('profile.yaml', JSON.stringify({ name: 'registers', deviceResources }));
}

export function writeTemporary(name: string, text: string): TemporaryFile {
  const folder = mkdtempSync(join(tmpdir(), 'fieldproof-bench-'));
  const path = join(folder, name);
  writeFileSync(path, text);
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
