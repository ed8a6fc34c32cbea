import type { PointBinding, ProcessDefinition } from '../stepped-process.ts';
import { clamp } from './clamp.ts';
import { smoothNoise } from './seeded-noise.ts';
import { boolSetting, numberSetting, pushButton, textSetting } from './setting.ts';
import { controlTank, isHeaterBlocked, resetTankAlarms } from './tank-control.ts';
import { flowTank } from './tank-physics.ts';
import { levelOf, startTank, TANK_PHASE, type TankPhase, type TankState } from './tank-state.ts';

type Binding = PointBinding<TankState>;

const LOW_LEVEL = 8;
const INT32_WRAP = 2 ** 32;

/**
 * The process behind profile `tank`: batches that are filled, heated, held and drained, over and over. Water mixes and
 * cools, valves and agitator take their time, the heater's contactor sticks now and then until the limiter trips; in
 * manual mode the valves do what is written to them.
 *
 * One step is one simulated second; the usual time scale of 20 makes a batch take about a minute.
 */
export const tank: ProcessDefinition<TankState> = {
  stepMs: 1_000,
  timeScale: 20,
  start: startTank,
  step: (state, step) => {
    controlTank(state);
    flowTank(state, step);
  },
  points: new Map<string, Binding>([
    ['Level', { read: shownLevel }],
    ['Temperature', { read: (state, step) => state.temperature + 0.1 * smoothNoise(state.noiseSeed + 2, step / 4) }],
    ['Volume', { read: (state) => state.volume }],
    ['InletFlow', { read: (state) => state.inletFlow }],
    ['OutletFlow', { read: (state) => state.outletFlow }],
    ['HeaterPower', { read: (state) => state.heaterPower }],
    ['AgitatorSpeed', { read: (state) => Math.round(state.agitatorSpeed) }],
    ['AgitatorCurrent', { read: (state, step) => agitatorCurrent(state, step) }],
    ['InletPosition', { read: (state) => state.inletPosition }],
    ['OutletPosition', { read: (state) => state.outletPosition }],
    ['BatchPhase', { read: (state) => state.phase }],
    ['Filling', isInPhase(TANK_PHASE.filling)],
    ['Heating', isInPhase(TANK_PHASE.heating)],
    ['Holding', isInPhase(TANK_PHASE.holding)],
    ['Draining', isInPhase(TANK_PHASE.draining)],
    ['HeaterBlocked', { read: isHeaterBlocked }],
    ['CommonAlarm', { read: (state) => state.highLevelAlarm || state.highTemperatureAlarm }],
    ['BatchCount', { read: (state) => state.batches }],
    ['Throughput', { read: (state) => state.throughput }],
    ['HeatBalance', { read: (state) => wrapInt32(Math.round(state.heatBalance)) }],
    ['AgitatorRevolutions', { read: (state) => Math.trunc(state.revolutions) }],
    ['HighLevelAlarm', { read: (state) => state.highLevelAlarm }],
    ['LowLevelAlarm', { read: (state) => levelOf(state) < LOW_LEVEL }],
    ['HighTemperatureAlarm', { read: (state) => state.highTemperatureAlarm }],
    ['LevelSetpoint', numberSetting('levelSetpoint')],
    ['TemperatureSetpoint', numberSetting('temperatureSetpoint')],
    ['HighLevelLimit', numberSetting('highLevelLimit')],
    ['HighTemperatureLimit', numberSetting('highTemperatureLimit')],
    ['AgitatorSetpoint', numberSetting('agitatorSetpoint')],
    ['InletValve', numberSetting('inletValve')],
    ['OutletValve', numberSetting('outletValve')],
    ['HoldTime', numberSetting('holdTimeS')],
    ['HeaterLimit', numberSetting('heaterLimit')],
    ['Recipe', textSetting('recipe')],
    ['AutoMode', boolSetting('autoMode')],
    ['HeaterEnable', boolSetting('heaterEnable')],
    ['AgitatorEnable', boolSetting('agitatorEnable')],
    ['AlarmReset', pushButton(resetTankAlarms)],
  ]),
};

/** The agitator makes waves at the level probe. */
function shownLevel(state: TankState, step: number): number {
  const waves = (0.3 * Math.abs(state.agitatorSpeed)) / 300;
  return clamp(levelOf(state) + waves * smoothNoise(state.noiseSeed + 1, step / 2), 0, 100);
}

function agitatorCurrent(state: TankState, step: number): number {
  if (state.agitatorSpeed === 0) return 0;
  const share = state.agitatorSpeed / 300;
  return (1.2 + 6 * Math.abs(share) ** 2 * (levelOf(state) / 100) + 0.05 * smoothNoise(state.noiseSeed + 3, step)) * Math.sign(share);
}

function isInPhase(phase: TankPhase): Binding {
  return { read: (state) => state.phase === phase };
}

function wrapInt32(value: number): number {
  const wrapped = ((value % INT32_WRAP) + INT32_WRAP) % INT32_WRAP;
  return wrapped >= INT32_WRAP / 2 ? wrapped - INT32_WRAP : wrapped;
}
