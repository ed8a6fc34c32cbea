import type { ProtocolVersion } from '../../../hil/protocols/mqtt/packet.ts';
import { statementKey, type Level } from '../../framework/catalogue.ts';
import type { ConformanceCase } from '../../framework/conformance-case.ts';
import { DeviceBench } from './device-bench.ts';

/**
 * A test purpose for devices, in one protocol version or in both: it becomes `TP_MQTT3_DEVICE_<area>_<number>` and
 * `TP_MQTT5_DEVICE_<area>_<number>`. An empty list of statements makes a case all the same, one that `source` accounts for:
 * what vendors are asked for beside the numbered statements.
 */
export interface DevicePurpose {
  readonly area: string;
  /** 1 to 999, unique in the area, never used again. */
  readonly number: number;
  /** Counts from 1; raised whenever stimulus or allowed reactions change. 1 by default. */
  readonly version?: number;
  readonly statements: { readonly '3.1.1'?: readonly string[]; readonly '5.0'?: readonly string[] };
  /** As in `CaseDeclaration`; needed where a list of statements is empty. */
  readonly source?: string;
  /** `must` by default. */
  readonly level?: Level;
  readonly purpose: string;
  /** PICS items beside the protocol version itself. */
  readonly requires?: readonly string[];
  /** Id of a defect in `sim/mqtt-defects/device/`. */
  readonly caughtBy: string;
  readonly run: (bench: DeviceBench) => Promise<void>;
}

/** A device may take its time to start and to come back. */
const TIME_LIMIT_MS = 900_000;

/** The cases of a table of purposes, 3.1.1 first. */
export function deviceCases(purposes: readonly DevicePurpose[]): ConformanceCase[] {
  return [...purposes.flatMap((purpose) => caseIn(purpose, '3.1.1', 4)), ...purposes.flatMap((purpose) => caseIn(purpose, '5.0', 5))];
}

function caseIn({ area, number, version = 1, statements, source, level = 'must', purpose, requires = [], caughtBy, run }: DevicePurpose, standard: '3.1.1' | '5.0', protocol: ProtocolVersion): ConformanceCase[] {
  const ids = statements[standard];
  if (ids === undefined) return [];
  return [
    {
      id: `TP_MQTT${protocol === 4 ? 3 : 5}_DEVICE_${area}_${String(number).padStart(3, '0')}`,
      version,
      statements: ids.map((id) => statementKey(`mqtt-${standard}`, id)),
      ...(source === undefined ? {} : { source }),
      level,
      purpose,
      requires: [protocol === 4 ? 'MQTT_3_1_1' : 'MQTT_5_0', ...requires],
      caughtBy,
      timeLimitMs: TIME_LIMIT_MS,
      run: (wire, context) => run(new DeviceBench(protocol, wire, context)),
    },
  ];
}
