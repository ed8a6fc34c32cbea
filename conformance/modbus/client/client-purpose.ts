import { statementKey, type Level } from '../../framework/catalogue.ts';
import type { ConformanceCase } from '../../framework/conformance-case.ts';
import { ClientBench } from './client-bench.ts';

/** A test purpose for Modbus clients: it becomes `TP_MODBUS_CLIENT_<area>_<number>`. */
export interface ClientPurpose {
  /** `FC03`, `MBAP`, `ANSWER`: upper case. */
  readonly area: string;
  /** 1 to 999, unique in the area, never used again. */
  readonly number: number;
  /** Counts from 1 (default); raised whenever stimulus or allowed reactions change. */
  readonly version?: number;
  /** Ids of `conformance/catalogue/modbus.tsv`. */
  readonly statements: readonly string[];
  /** `must` by default. */
  readonly level?: Level;
  readonly purpose: string;
  /** Which carriers it is for; all of them when left out. */
  readonly on?: 'tcp' | 'serial' | 'rtu' | 'ascii';
  /** PICS items beside the carrier. */
  readonly requires?: readonly string[];
  /** Id of a defect in `sim/plc/defects/client/`. */
  readonly caughtBy: string;
  readonly run: (bench: ClientBench) => Promise<void>;
}

/** Clients that poll once a minute take their time. */
const TIME_LIMIT_MS = 600_000;

/** The cases of a table of purposes. */
export function clientCases(purposes: readonly ClientPurpose[]): ConformanceCase[] {
  return purposes.map(({ area, number, version = 1, statements, level = 'must', purpose, on, requires = [], caughtBy, run }) => ({
    id: `TP_MODBUS_CLIENT_${area}_${String(number).padStart(3, '0')}`,
    version,
    statements: statements.map((id) => statementKey('modbus', id)),
    level,
    purpose,
    requires: [...(on === undefined ? [] : [on.toUpperCase()]), ...requires],
    caughtBy,
    timeLimitMs: TIME_LIMIT_MS,
    run: (wire, context) => run(new ClientBench(wire, context)),
  }));
}
