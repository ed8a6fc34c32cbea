import type { PointBinding, ProcessDefinition } from '../stepped-process.ts';
import { apparentOf, meterFeeder, powerFactorOf, resetDemand, STEP_S, totalOf } from './energy-meter-metering.ts';
import { startEnergyMeter, type EnergyMeterState } from './energy-meter-state.ts';
import { numberSetting, pushButton, textSetting } from './setting.ts';

type Binding = PointBinding<EnergyMeterState>;

/** A phase counts as there above this, V. */
const PRESENT_V = 180;

/**
 * The process behind profile `energy-meter`: a feeder with machines that switch on and off on each phase and a
 * co-generation unit that at times feeds back. The meter shows what its CT ratio makes of the secondary
 * currents, counts energy both ways, and keeps the highest block demand until its reset coil is written.
 *
 * One step is half a second, at real time: electricity is fast enough to watch.
 */
export const energyMeter: ProcessDefinition<EnergyMeterState> = {
  stepMs: STEP_S * 1_000,
  timeScale: 1,
  start: (random) => {
    const state = startEnergyMeter(random);
    meterFeeder(state, 0);
    return state;
  },
  step: meterFeeder,
  points: new Map<string, Binding>([
    ...phasePoints(1, 0),
    ...phasePoints(2, 1),
    ...phasePoints(3, 2),
    ['PowerTotal', { read: (state) => totalOf(state, 'power') }],
    ['ReactivePowerTotal', { read: (state) => totalOf(state, 'reactive') }],
    ['ApparentPowerTotal', { read: apparentOf }],
    ['PowerFactor', { read: powerFactorOf }],
    ['Frequency', { read: (state) => state.frequency }],
    ['Demand', { read: (state) => state.demand }],
    ['DemandMax', { read: (state) => state.demandMax }],
    ['EnergyImport', { read: (state) => Math.floor(state.energyImport) }],
    ['EnergyExport', { read: (state) => Math.floor(state.energyExport) }],
    ['ReactiveEnergy', { read: (state) => Math.trunc(state.reactiveEnergy) }],
    ['EnergyImportKwh', { read: (state) => state.energyImport / 1_000 }],
    ['MeterId', { read: (state) => state.meterId }],
    ['SerialNumber', { read: (state) => state.serialNumber }],
    ['OverCurrent', { read: (state) => state.overCurrent }],
    ['FeedingBack', { read: (state) => totalOf(state, 'power') < 0 }],
    ['CtPrimary', numberSetting('ctPrimary')],
    ['CtSecondary', numberSetting('ctSecondary')],
    ['DemandPeriod', numberSetting('demandPeriodS')],
    ['OverCurrentLimit', numberSetting('overCurrentLimit')],
    ['SiteName', textSetting('siteName')],
    ['DemandReset', pushButton(resetDemand)],
  ]),
};

function phasePoints(number: number, index: 0 | 1 | 2): [string, Binding][] {
  return [
    [`VoltageL${number}`, { read: (state) => state.phases[index].voltage }],
    [`CurrentL${number}`, { read: (state) => state.phases[index].current }],
    [`PowerL${number}`, { read: (state) => state.phases[index].power }],
    [`PhaseL${number}Present`, { read: (state) => state.phases[index].voltage > PRESENT_V }],
  ];
}
