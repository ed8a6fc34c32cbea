import { CaseStop } from '../../framework/case-stop.ts';
import { statementKey, type Level } from '../../framework/catalogue.ts';
import type { ConformanceCase } from '../../framework/conformance-case.ts';
import type { Pixit } from '../../framework/pixit.ts';
import { declaredDevice, type DeclaredDevice, type ModbusValue } from '../bench/declared-device.ts';
import { ModbusBench } from '../bench/modbus-bench.ts';

/** Something that the PIXIT values have to allow, and why the case does not apply otherwise. */
export interface NeededRule {
  readonly otherwise: string;
  readonly holds: (device: DeclaredDevice, pixit: Pixit) => boolean;
}

/** Which carriers a purpose is for; all of them when left out. */
export type PurposeCarrier = 'tcp' | 'serial' | 'rtu' | 'ascii';

/** A test purpose for Modbus servers: it becomes `TP_MODBUS_SERVER_<area>_<number>`, the same on every carrier. */
export interface ServerPurpose {
  /** `FC03`, `MBAP`, `CRC`: upper case. */
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
  readonly on?: PurposeCarrier;
  /** PICS items beside the carrier. */
  readonly requires?: readonly string[];
  /** PIXIT values that must be given, `writes` that must not be forbidden, or other rules. */
  readonly needs?: readonly (ModbusValue | NeededRule)[];
  /** Id of a defect in `sim/plc/defects/`. */
  readonly caughtBy: string;
  readonly timeLimitMs?: number;
  readonly run: (bench: ModbusBench) => Promise<void>;
}

/** A case with what it needs of the PIXIT. */
export interface ServerCase extends ConformanceCase {
  readonly needs: NonNullable<ServerPurpose['needs']>;
}

/** Cases on slow lines take their time. */
const TIME_LIMIT_MS = 180_000;

export function serverCases(purposes: readonly ServerPurpose[]): ServerCase[] {
  return purposes.map(({ area, number, version = 1, statements, level = 'must', purpose, on, requires = [], needs = [], caughtBy, timeLimitMs = TIME_LIMIT_MS, run }) => ({
    id: `TP_MODBUS_SERVER_${area}_${String(number).padStart(3, '0')}`,
    version,
    statements: statements.map((id) => statementKey('modbus', id)),
    level,
    purpose,
    requires: [...(on === undefined ? [] : [on.toUpperCase()]), ...requires],
    caughtBy,
    timeLimitMs,
    needs,
    run: async (wire, context) => {
      const bench = new ModbusBench(wire, context);
      const stop = await stopOf(run(bench));
      await bench.cleanUp();
      if (stop !== undefined) throw stop;
    },
  }));
}

/** Why the PIXIT values keep a case from running; undefined when they do not. @throws FieldproofError FP_PICS_INVALID. */
export function unmetNeed({ needs }: Pick<ServerCase, 'needs'>, pixit: Pixit): string | undefined {
  const device = declaredDevice(pixit);
  for (const need of needs) {
    if (typeof need !== 'string') {
      if (!need.holds(device, pixit)) return need.otherwise;
    } else if (need === 'writes') {
      if (!device.writes) return 'the declaration forbids writing (PIXIT values.writes: false)';
    } else if (pixit.values[need] === undefined) return `the declaration gives no ${need} (PIXIT values)`;
  }
  return undefined;
}

/** A verdict reached early, kept until the SUT has been put in order. */
async function stopOf(run: Promise<void>): Promise<CaseStop | undefined> {
  try {
    await run;
    return undefined;
  } catch (cause) {
    if (cause instanceof CaseStop) return cause;
    throw cause;
  }
}
