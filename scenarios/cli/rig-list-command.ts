import { resolve } from 'node:path';
import type { Command } from 'commander';
import { devicesOf, linkAddressOf } from '../../hil/rig/dut-address.ts';
import type { Dut } from '../../hil/rig/hardware-map.ts';
import { findDut, loadHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import { leaseKeyOf } from '../../hil/rig/lease/lease-key.ts';
import { describeLease } from '../../hil/rig/lease/lease-record.ts';
import type { LeaseStore } from '../../hil/rig/lease/lease-store.ts';
import { stablePathOf, targetOf } from '../../hil/rig/serial-ports.ts';
import { formatLine } from '../../hil/transport/serial-link.ts';
import { EXIT } from '../engine/exit-code.ts';
import type { ProgramContext } from './program-context.ts';
import { addMapOptions, leaseFolder, leaseStore, type RigFlags } from './rig-environment.ts';

interface ListFlags extends RigFlags {
  readonly fixture?: string;
  readonly json: boolean;
}

/** `fieldproof rig list` and `fieldproof rig show <dut>` */
export function addRigListCommands(rig: Command, context: ProgramContext, finish: (code: number) => void): void {
  addMapOptions(rig.command('list').summary('the DUTs of the hardware map'))
    .description('Lists the DUTs of the hardware map: how they are reached, and who holds them. Nothing is opened.')
    .option('--fixture <name>', 'only DUTs with this fixture')
    .option('--json', 'as JSON', false)
    .action((flags: ListFlags) => finish(list(flags, context)));
  addMapOptions(rig.command('show').summary('one DUT of the hardware map'))
    .argument('<dut>', 'its id')
    .description('Shows one DUT: its line, its units, its port on this machine now, its lease. Nothing is opened.')
    .action((id: string, flags: RigFlags) => finish(show(id, flags, context)));
}

function list(flags: ListFlags, context: ProgramContext): number {
  const { map } = loadHardwareMap(resolve(flags.map));
  const store = leaseStore(leaseFolder(flags.leases), context);
  const duts = map.duts.filter(({ fixtures }) => flags.fixture === undefined || fixtures.includes(flags.fixture));
  if (flags.json) context.stdout.write(`${JSON.stringify(duts.map((dut) => ({ ...dut, lease: store.holderOf(leaseKeyOf(dut)) ?? null })), undefined, 2)}\n`);
  else for (const dut of duts) context.stdout.write(`${row(dut, store, context)}\n`);
  return duts.length === 0 ? EXIT.inconclusive : EXIT.pass;
}

function row(dut: Dut, store: LeaseStore, context: ProgramContext): string {
  const state = dut.connected ? leaseText(dut, store, context) : 'not connected';
  return [dut.id.padEnd(20), dut.transport.padEnd(12), `${dut.address} units ${dut.units.join(',')}`.padEnd(44), dut.model.padEnd(24), state].join(' ').trimEnd();
}

function leaseText(dut: Dut, store: LeaseStore, context: ProgramContext): string {
  const lease = store.holderOf(leaseKeyOf(dut));
  return lease === undefined ? 'free' : `held by ${describeLease(lease, context.clock.wallMs())}`;
}

function show(id: string, flags: RigFlags, context: ProgramContext): number {
  const dut = findDut(loadHardwareMap(resolve(flags.map)), id);
  const store = leaseStore(leaseFolder(flags.leases), context);
  const lines: [string, string][] = [
    ['id', dut.id],
    ['model', dut.model],
    ['transport', dut.transport],
    ['address', addressText(dut)],
    ['devices', devicesOf(dut).map(({ device, unit }) => `${device} (unit ${unit})`).join(', ')],
    ['profile', dut.profile ?? 'none: record one, or name one in the map'],
    ['fixtures', dut.fixtures.join(', ')],
    ['power', dut.power?.kind ?? 'no hook'],
    ['lease', dut.connected ? leaseText(dut, store, context) : 'not connected'],
    ['lease key', leaseKeyOf(dut)],
    ['notes', dut.notes.trimEnd()],
  ];
  for (const [key, value] of lines) if (value !== '') context.stdout.write(`${key.padEnd(10)} ${value}\n`);
  return EXIT.pass;
}

function addressText(dut: Dut): string {
  const address = linkAddressOf(dut);
  if (address.kind === 'tcp') return dut.address;
  const now = targetOf(address.path);
  const stable = stablePathOf(address.path);
  const where = now === undefined ? ', not attached now' : now === address.path ? '' : `, now ${now}`;
  return `${address.path} ${formatLine(address.line)}${where}${stable === address.path ? '' : `; its stable name is ${stable}`}`;
}
