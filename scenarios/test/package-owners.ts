/** Who may import a package: a folder (ends in /), a file, or `tests`. */
export interface PackageOwner {
  readonly name: string;
  readonly owner: string;
}

/**
 * Each package enters at one place, so that it can be fenced, replaced or pinned there. `scenarios/benchmarks/` may load
 * any package: it measures them. A package that is not listed may be imported nowhere else.
 */
export const PACKAGE_OWNERS: readonly PackageOwner[] = [
  { name: 'zod', owner: 'hil/runtime/schema.ts' },
  { name: 'pino', owner: 'hil/runtime/log.ts' },
  { name: 'yaml', owner: 'hil/runtime/' },
  { name: 'serialport', owner: 'hil/transport/' },
  { name: 'mqtt', owner: 'hil/transport/' },
  { name: '@peculiar/x509', owner: 'hil/transport/' },
  { name: 'reflect-metadata', owner: 'hil/transport/' },
  { name: 'classic-level', owner: 'hil/gateway/broker/' },
  { name: 'ws', owner: 'hil/transport/' },
  { name: 'modbus-serial', owner: 'hil/gateway/southbound/' },
  { name: 'csv-parse', owner: 'hil/gateway/southbound/' },
  { name: 'aedes', owner: 'hil/gateway/broker/' },
  { name: 'fastify', owner: 'hil/gateway/api/' },
  { name: 'prom-client', owner: 'hil/gateway/api/' },
  { name: '@lydell/node-pty', owner: 'sim/plc/' },
  { name: 'hdr-histogram-js', owner: 'conformance/checkers/' },
  { name: 'commander', owner: 'scenarios/cli/' },
  { name: 'picocolors', owner: 'scenarios/cli/' },
  { name: 'vitest', owner: 'tests' },
  { name: 'fast-check', owner: 'tests' },
  { name: 'playwright-core', owner: 'tests' },
  { name: 'fast-xml-parser', owner: 'tests' },
  { name: 'ajv', owner: 'tests' },
  { name: 'ajv-formats', owner: 'tests' },
];

/** The package that a specifier names: `ajv/dist/2020.js` is of `ajv`, `@a/b/c` of `@a/b`. */
export function packageOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
