import { messageOf } from '../runtime/errors.ts';
import { loadProfile } from '../gateway/southbound/load-profile.ts';
import { DEFAULT_LINE, parseHostPort } from './dut-address.ts';
import type { Dut, HardwareMap } from './hardware-map.ts';

/** Something that the schema allows but that cannot be on one bench; `path` leads to the key that should change. */
export interface HardwareMapProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Everything in a well-formed map that contradicts itself or names a profile that does not load. @param folder - Of the map. */
export function hardwareMapProblems({ duts }: HardwareMap, folder: string): HardwareMapProblem[] {
  return duts.flatMap((dut, index) => {
    const path = ['duts', index];
    const found = [...ownProblems(dut, folder), ...duts.slice(0, index).flatMap((earlier) => clashes(earlier, dut))];
    return found.map(({ path: key, message }) => ({ path: [...path, ...key], message: `${dut.id}: ${message}` }));
  });
}

function ownProblems(dut: Dut, folder: string): HardwareMapProblem[] {
  const problems: HardwareMapProblem[] = [];
  const isTcp = parseHostPort(dut.address) !== undefined;
  const { transport } = dut;
  if ((transport === 'modbus-tcp' || transport === 'modbus-rtu-tcp') && !isTcp) problems.push({ path: ['address'], message: `${transport} needs host:port, not "${dut.address}"` });
  if (transport === 'modbus-tcp' && dut.line !== undefined) problems.push({ path: ['line'], message: 'modbus-tcp has no serial line settings' });
  if (new Set(dut.units).size !== dut.units.length) problems.push({ path: ['units'], message: 'a unit id stands twice' });
  if (dut.power?.kind === 'modbus-coil' && parseHostPort(dut.power.address) === undefined) {
    problems.push({ path: ['power', 'address'], message: `a relay module is reached by host:port, not "${dut.power.address}"` });
  }
  return [...problems, ...profileProblem(dut, folder)];
}

function profileProblem({ profile }: Dut, folder: string): HardwareMapProblem[] {
  if (profile === undefined) return [];
  try {
    loadProfile(profile, folder);
    return [];
  } catch (cause) {
    return [{ path: ['profile'], message: messageOf(cause) }];
  }
}

function clashes(earlier: Dut, dut: Dut): HardwareMapProblem[] {
  if (earlier.id === dut.id) return [{ path: ['id'], message: 'a DUT of that id stands above' }];
  if (earlier.address !== dut.address) return [];
  const shared = dut.units.filter((unit) => earlier.units.includes(unit));
  if (shared.length > 0) return [{ path: ['units'], message: `unit ${shared.join(', ')} at ${dut.address} belongs to ${earlier.id}` }];
  if (earlier.transport !== dut.transport || !sameLine(earlier, dut)) {
    return [{ path: ['line'], message: `shares ${dut.address} with ${earlier.id}, so transport and line settings must be the same` }];
  }
  return [];
}

function sameLine({ line: a = DEFAULT_LINE }: Dut, { line: b = DEFAULT_LINE }: Dut): boolean {
  return a.baudRate === b.baudRate && a.parity === b.parity && a.stopBits === b.stopBits;
}
