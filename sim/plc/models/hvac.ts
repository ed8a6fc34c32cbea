import type { PointBinding, ProcessDefinition } from '../stepped-process.ts';
import { moveAir } from './hvac-air.ts';
import { controlHvac, filterPressure } from './hvac-control.ts';
import { startHvac, STEP_S, type HvacState } from './hvac-state.ts';
import { smoothNoise } from './seeded-noise.ts';
import { boolSetting, numberSetting, pushButton, textSetting } from './setting.ts';

type Binding = PointBinding<HvacState>;

/** Run time is a Uint32 of 0.01 h, and wraps like the registers do. */
const RUN_HOURS_WRAP = 42_949_672.96;

/**
 * The process behind profile `hvac`: an air-handling unit keeps a room at its set point. People come and go, the weather
 * has its day, CO2 drives the fan, the filter fills until it is changed; without heating on a cold day the frost monitor
 * stops the fan.
 *
 * One step is five simulated seconds; the usual time scale of 60 shows an hour in a minute.
 */
export const hvac: ProcessDefinition<HvacState> = {
  stepMs: STEP_S * 1_000,
  timeScale: 60,
  start: startHvac,
  step: (state, step) => {
    controlHvac(state, step * STEP_S);
    moveAir(state, step * STEP_S);
  },
  points: new Map<string, Binding>([
    ['OutdoorTemperature', { read: (state) => state.outdoor }],
    ['SupplyTemperature', { read: (state, step) => state.supply + 0.1 * smoothNoise(state.noiseSeed + 2, step / 4) }],
    ['ReturnTemperature', { read: (state, step) => state.room + 0.4 + 0.1 * smoothNoise(state.noiseSeed + 3, step / 6) }],
    ['RoomTemperature', { read: (state, step) => state.room + 0.05 * smoothNoise(state.noiseSeed + 4, step / 9) }],
    ['FanSpeed', { read: (state) => state.fanSpeed }],
    ['HeatingValve', { read: (state) => state.heatingValve }],
    ['CoolingValve', { read: (state) => state.coolingValve }],
    ['FilterPressure', { read: filterPressure }],
    ['Co2', { read: (state) => state.co2 }],
    ['FanRunning', { read: (state) => state.fanSpeed > 0 }],
    ['HeatingActive', { read: (state) => state.heatingValve > 0 }],
    ['CoolingActive', { read: (state) => state.coolingValve > 0 }],
    ['Occupied', { read: (state) => state.occupied }],
    ['FilterAlarm', { read: (state) => state.filterAlarm }],
    ['FrostAlarm', { read: (state) => state.frostAlarm }],
    ['RunHours', { read: (state) => (state.runS / 3_600) % RUN_HOURS_WRAP }],
    ['HeatFlow', { read: (state) => Math.round(state.heatFlow * 1_000) }],
    ['Energy', { read: (state) => state.energyKwh }],
    ['EnergyBalance', { read: (state) => Math.trunc(state.balanceWh) }],
    ['AirVolume', { read: (state) => Math.floor(state.airVolume) }],
    ['Firmware', { read: (state) => state.firmware }],
    ['Setpoint', numberSetting('setpoint')],
    ['Mode', numberSetting('mode')],
    ['Setback', numberSetting('setback')],
    ['MinFanSpeed', numberSetting('minFanSpeed')],
    ['Co2Limit', numberSetting('co2Limit')],
    ['HeatingEnable', boolSetting('heatingEnable')],
    ['CoolingEnable', boolSetting('coolingEnable')],
    ['OccupancyOverride', boolSetting('occupancyOverride')],
    ['ZoneName', textSetting('zoneName')],
    ['FilterReset', pushButton((state) => void (state.filterLoad = 0))],
  ]),
};
