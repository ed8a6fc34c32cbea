import type { Checker } from './checker.ts';
import { devicesOrdered } from './devices-ordered.ts';
import { eventSometimes } from './event-sometimes.ts';
import { gatewayAlive } from './gateway-alive.ts';
import { gatewayRss } from './gateway-rss.ts';
import { LINK_COUNTER_CHECKERS } from './link-counters.ts';
import { MODBUS_COUNTER_CHECKERS } from './modbus-counters.ts';
import { modbusLateAnswers } from './modbus-late-answers.ts';
import { mqttLatency } from './mqtt-latency.ts';
import { qos0AtMostOnce } from './qos0-at-most-once.ts';
import { qos1AtLeastOnce } from './qos1-at-least-once.ts';
import { qos2ExactlyOnce } from './qos2-exactly-once.ts';
import { southboundFailedChecker } from './southbound-failed.ts';
import { telemetryComplete } from './telemetry-complete.ts';
import { telemetryLatency } from './telemetry-latency.ts';
import { telemetryMaxSilence } from './telemetry-max-silence.ts';

/** Every checker a scenario may name, in the order of the documentation. */
export const CHECKERS = [
  telemetryComplete,
  qos2ExactlyOnce,
  qos1AtLeastOnce,
  qos0AtMostOnce,
  devicesOrdered,
  mqttLatency,
  telemetryLatency,
  telemetryMaxSilence,
  gatewayRss,
  gatewayAlive,
  eventSometimes,
  southboundFailedChecker,
  modbusLateAnswers,
  ...LINK_COUNTER_CHECKERS,
  ...MODBUS_COUNTER_CHECKERS,
] as const satisfies readonly Checker[];

/** The checker a scenario names with `that`; undefined when there is none. */
export function checkerNamed(that: string): Checker | undefined {
  const checkers: readonly Checker[] = CHECKERS;
  return checkers.find((checker) => checker.that === that);
}
