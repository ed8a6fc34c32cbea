import type { PointValue } from '../../../hil/gateway/southbound/device-profile.ts';
import type { PointBinding, ProcessDefinition } from '../stepped-process.ts';
import { controlPumpStation, resetAlarms } from './pump-station-control.ts';
import { flowPumpStation } from './pump-station-hydraulics.ts';
import { startPumpStation, type PumpStationState } from './pump-station-state.ts';
import { smoothNoise } from './seeded-noise.ts';

type Binding = PointBinding<PumpStationState>;

/** Energy and run time are Uint32 of 0.01 kWh and of 0.001 h, and wrap like the register pair does. */
const ENERGY_KWH_WRAP = 42_949_672.96;
const RUN_HOURS_WRAP = 4_294_967.296;

/**
 * The process behind profile `pump-station`: the level integrates inflow minus pumped flow; two pumps start and stop by
 * level, in turn; downpours raise the high-level alarm, clogged pumps trip and raise the dry-run alarm.
 *
 * One step is one simulated second. The usual time scale of 20 makes water fast enough to watch: a pump cycle, about
 * eight minutes in a real station, takes half a minute.
 */
export const pumpStation: ProcessDefinition<PumpStationState> = {
  stepMs: 1_000,
  timeScale: 20,
  start: startPumpStation,
  step: (state, step) => {
    controlPumpStation(state, step);
    flowPumpStation(state, step);
  },
  points: new Map<string, Binding>([
    // The level probe has a ripple of 2 mm.
    ['Level', { read: (state, step) => Math.max(0, state.level + 0.002 * smoothNoise(state.noiseSeed + 2, step / 3)) }],
    ['Inflow', { read: (state) => state.inflow }],
    ['Pressure', { read: (state) => state.pressure }],
    ['Flow', { read: (state) => state.flow }],
    ['EnergyTotal', { read: (state) => state.energy % ENERGY_KWH_WRAP }],
    ['AutoMode', { read: (state) => state.mode === 1 }],
    ['LagPumpActive', { read: (state) => state.called === 2 }],
    ['CommonAlarm', { read: hasAlarm }],
    ['HighLevelAlarm', { read: (state) => state.highLevelAlarm }],
    ['LowLevelAlarm', { read: (state) => state.lowLevelAlarm }],
    ['DryRunAlarm', { read: (state) => state.dryRunAlarm }],
    ...pumpPoints('Pump1', 0),
    ...pumpPoints('Pump2', 1),
    ['StartLevel', numberSetting('startLevel')],
    ['StopLevel', numberSetting('stopLevel')],
    ['HighAlarmLevel', numberSetting('highAlarmLevel')],
    ['Mode', numberSetting('mode')],
    ['AlarmReset', { read: (state) => state.alarmReset, write: writeAlarmReset }],
  ]),
};

function pumpPoints(name: string, index: 0 | 1): [string, Binding][] {
  return [
    [`${name}Running`, { read: (state) => state.pumps[index].running }],
    [`${name}Fault`, { read: (state) => state.pumps[index].fault }],
    [`${name}RunHours`, { read: (state) => (state.pumps[index].runS / 3_600) % RUN_HOURS_WRAP }],
    [`${name}Starts`, { read: (state) => state.pumps[index].starts }],
    [
      `${name}Enable`,
      {
        read: (state) => state.pumps[index].enabled,
        write: (state, value) => {
          if (typeof value === 'boolean') state.pumps[index].enabled = value;
        },
      },
    ],
  ];
}

function numberSetting(key: 'startLevel' | 'stopLevel' | 'highAlarmLevel' | 'mode'): Binding {
  return {
    read: (state) => state[key],
    write: (state, value) => {
      if (typeof value === 'number') state[key] = value;
    },
  };
}

function writeAlarmReset(state: PumpStationState, value: PointValue): void {
  if (typeof value !== 'boolean') return;
  state.alarmReset = value;
  if (value) resetAlarms(state);
}

function hasAlarm(state: PumpStationState): boolean {
  return state.highLevelAlarm || state.lowLevelAlarm || state.dryRunAlarm || state.pumps[0].fault || state.pumps[1].fault;
}
