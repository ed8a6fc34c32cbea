import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../hil/runtime/package-root.ts';
import { PROBED_TRANSPORTS, SERIAL, type ProbedTransport } from './probe.contract.ts';

/** A statement of the catalogue that binds a server. */
export interface ServerMust {
  readonly id: string;
  /** Where it has to be shown. */
  readonly transports: readonly ProbedTransport[];
}

const WHERE: Readonly<Record<string, readonly ProbedTransport[]>> = {
  any: PROBED_TRANSPORTS,
  tcp: ['tcp'],
  serial: SERIAL,
  'serial-rtu': ['rtu', 'rtu by silence'],
  'serial-ascii': ['ascii'],
};

/** Every `must` of `conformance/catalogue/modbus.tsv` that binds a server, alone or with the client. */
export function serverMusts(): ServerMust[] {
  const [, ...rows] = readFileSync(join(packageRoot(), 'conformance', 'catalogue', 'modbus.tsv'), 'utf8').trim().split('\n');
  return rows.flatMap((row) => {
    const [id = '', , , binds, transport = '', summary = ''] = row.split('\t');
    const transports = WHERE[transport];
    if (transports === undefined) throw new Error(`${id}: no server is probed over "${transport}"`);
    return (binds === 'server' || binds === 'both') && summary.startsWith('must:') ? [{ id, transports }] : [];
  });
}
