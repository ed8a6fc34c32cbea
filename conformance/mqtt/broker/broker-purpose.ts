import { statementKey, type Level } from '../../framework/catalogue.ts';
import type { ConformanceCase } from '../../framework/conformance-case.ts';
import { bindBrokerCases, type BrokerCase } from '../bench/bind-cases.ts';
import type { MqttBench } from '../bench/mqtt-bench.ts';

/** Ids of statements, as the catalogue of each version has them. A version without any has no case of this purpose. */
export interface PurposeStatements {
  readonly '3.1.1'?: readonly string[];
  readonly '5.0'?: readonly string[];
}

/**
 * A test purpose for brokers, in one protocol version or in both: it becomes `TP_MQTT3_BROKER_<area>_<number>` and
 * `TP_MQTT5_BROKER_<area>_<number>`. `run` finds the version in the bench.
 */
export interface BrokerPurpose {
  /** `CONNECT`, `WILL`, `QOS2`: upper case, one for each table. */
  readonly area: string;
  /** 1 to 999, unique in the area, never used again. */
  readonly number: number;
  /** Counts from 1; raised whenever stimulus or allowed reactions change. */
  readonly version: number;
  readonly statements: PurposeStatements;
  /** `must` by default, as nearly all statements of MQTT are. */
  readonly level?: Level;
  readonly purpose: string;
  /** PICS items beside the protocol version itself. */
  readonly requires?: readonly string[];
  /** Id of a defect in `sim/mqtt-defects/broker/`. */
  readonly caughtBy: string;
  readonly alone?: boolean;
  readonly timeLimitMs?: number;
  readonly run: (bench: MqttBench) => Promise<void>;
}

/** The cases of a table of purposes, 3.1.1 first. */
export function brokerCases(purposes: readonly BrokerPurpose[]): ConformanceCase[] {
  return [
    ...bindBrokerCases(4, purposes.flatMap((purpose) => caseIn(purpose, '3.1.1', 'MQTT3', 'MQTT_3_1_1'))),
    ...bindBrokerCases(5, purposes.flatMap((purpose) => caseIn(purpose, '5.0', 'MQTT5', 'MQTT_5_0'))),
  ];
}

function caseIn(purpose: BrokerPurpose, standard: '3.1.1' | '5.0', prefix: string, versionItem: string): BrokerCase[] {
  const ids = purpose.statements[standard] ?? [];
  if (ids.length === 0) return [];
  const { area, number, version, level = 'must', requires = [], caughtBy, alone, timeLimitMs, run } = purpose;
  return [
    {
      id: `TP_${prefix}_BROKER_${area}_${String(number).padStart(3, '0')}`,
      version,
      statements: ids.map((id) => statementKey(`mqtt-${standard}`, id)),
      level,
      purpose: purpose.purpose,
      requires: [versionItem, ...requires],
      caughtBy,
      ...(alone === undefined ? {} : { alone }),
      ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
      run,
    },
  ];
}
