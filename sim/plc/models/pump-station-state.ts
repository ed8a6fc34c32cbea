import type { Random } from '../../../hil/runtime/random.ts';

/** One of the two pumps. */
export interface Pump {
  /** Its contactor is closed. */
  running: boolean;
  /** 0 to 1: how far it has run up. */
  speed: number;
  enabled: boolean;
  /** Tripped by its no-flow protection; stays out until it is reset. */
  fault: boolean;
  /** Rags in the impeller: it runs, but moves next to nothing. Cleared with the fault. */
  clogged: boolean;
  /** Seconds it has run at speed without moving water, then seconds since it tripped. */
  noFlowS: number;
  trippedS: number;
  starts: number;
  runS: number;
}

/** The wet well, its two pumps and its settings. Levels in m, flows in m3/h, pressure in bar, energy in kWh, times in s. */
export interface PumpStationState {
  readonly noiseSeed: number;
  /** Time of day at step 0, seconds. */
  readonly dayOffsetS: number;
  level: number;
  inflow: number;
  flow: number;
  pressure: number;
  energy: number;
  readonly pumps: readonly [Pump, Pump];
  /** Pumps that the level calls for: 0, 1 or 2. */
  called: number;
  /** Which pump starts first; changes with every call. */
  duty: 0 | 1;
  highLevelAlarm: boolean;
  /** Seconds since the level last was above the alarm level. */
  highLevelClearS: number;
  lowLevelAlarm: boolean;
  dryRunAlarm: boolean;
  /** As written, even when out of range: the control uses them clamped. */
  startLevel: number;
  stopLevel: number;
  highAlarmLevel: number;
  mode: number;
  alarmReset: boolean;
}

const SECONDS_OF_DAY = 86_400;

/** A station in automatic mode, somewhere between its stop and start level, at a random time of day. */
export function startPumpStation(random: Random): PumpStationState {
  return {
    noiseSeed: random.integer(0, 0xffff_fffe),
    dayOffsetS: random.integer(0, SECONDS_OF_DAY - 1),
    level: 1 + random.next(),
    inflow: 90,
    flow: 0,
    pressure: 0,
    energy: random.integer(1_000, 9_000),
    pumps: [idlePump(random), idlePump(random)],
    called: 0,
    duty: random.chance(0.5) ? 0 : 1,
    highLevelAlarm: false,
    highLevelClearS: 0,
    lowLevelAlarm: false,
    dryRunAlarm: false,
    startLevel: 2.2,
    stopLevel: 0.8,
    highAlarmLevel: 3,
    mode: 1,
    alarmReset: false,
  };
}

function idlePump(random: Random): Pump {
  return {
    running: false,
    speed: 0,
    enabled: true,
    fault: false,
    clogged: false,
    noFlowS: 0,
    trippedS: 0,
    starts: random.integer(100, 2_000),
    runS: random.integer(1_000_000, 9_000_000),
  };
}
