import { resolve } from 'node:path';
import type { Command } from 'commander';
import { acquireLease } from '../../hil/rig/lease/acquire-lease.ts';
import { holdLease, type HeldLease } from '../../hil/rig/lease/held-lease.ts';
import { leaseKeyOf } from '../../hil/rig/lease/lease-key.ts';
import { describeLease, type LeaseRecord } from '../../hil/rig/lease/lease-record.ts';
import { findDut, loadHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { EXIT } from '../engine/exit-code.ts';
import { parseDuration } from './duration-option.ts';
import { parseInteger } from './option-parsers.ts';
import { say, type ProgramContext } from './program-context.ts';
import { addMapOptions, holderName, leaseFolder, leaseStore, type RigFlags } from './rig-environment.ts';

interface AcquireFlags extends RigFlags {
  readonly wait: number;
  readonly ttl: number;
  readonly hold: boolean;
}

interface ReleaseFlags extends RigFlags {
  readonly token: number;
}

/** `fieldproof rig acquire <dut>` and `fieldproof rig release <dut>` */
export function addRigLeaseCommands(rig: Command, context: ProgramContext, finish: (code: number) => void): void {
  addMapOptions(rig.command('acquire').summary('lease a DUT'))
    .description('Leases the line of a DUT for a time and prints the token on stdout as JSON; with --hold it is renewed until Ctrl-C. Exit 4 when another holds it.')
    .argument('<dut>', 'its id')
    .option('--ttl <duration>', 'the lease ends by itself after this', parseDuration, 60_000)
    .option('--wait <duration>', 'how long to wait for another holder', parseDuration, 0)
    .option('--hold', 'keep it until this command is ended', false)
    .action(async (id: string, flags: AcquireFlags) => finish(await acquire(id, flags, context)));
  addMapOptions(rig.command('release').summary('give a lease back'))
    .description('Gives a lease back before it ends by itself. A token that is not that of the present lease is refused.')
    .argument('<dut>', 'its id')
    .requiredOption('--token <number>', 'as acquire printed it', parseInteger(1, Number.MAX_SAFE_INTEGER, 'token'))
    .action((id: string, flags: ReleaseFlags) => finish(release(id, flags, context)));
}

async function acquire(id: string, { map, leases, ttl, wait, hold }: AcquireFlags, context: ProgramContext): Promise<number> {
  const dut = findDut(loadHardwareMap(resolve(map)), id);
  const store = leaseStore(leaseFolder(leases), context);
  const interrupted = new AbortController();
  const stopListening = context.onSignal((signal) => interrupted.abort(signal));
  try {
    const lease = await acquireLease(
      { key: leaseKeyOf(dut), dut: id, holder: holderName(context, 'rig acquire'), ttlMs: ttl, waitMs: wait },
      { clock: context.clock, store, signal: interrupted.signal, onWait: (by) => say(context, `${id} is held by ${describeLease(by, context.clock.wallMs())}; waiting`) },
    );
    context.stdout.write(`${JSON.stringify(shown(id, lease))}\n`);
    if (!hold) return EXIT.pass;
    return await heldUntilEnd(id, holdLease(lease, { clock: context.clock, store }), interrupted.signal);
  } finally {
    stopListening();
  }
}

async function heldUntilEnd(id: string, held: HeldLease, interrupted: AbortSignal): Promise<number> {
  await new Promise<void>((resolveEnd) => {
    const end = AbortSignal.any([interrupted, held.lost]);
    if (end.aborted) resolveEnd();
    else end.addEventListener('abort', () => resolveEnd(), { once: true });
  });
  if (held.lost.aborted) throw new FieldproofError('FP_RIG_LEASE_LOST', `${id}: ${String(held.lost.reason)}`);
  held.release();
  return EXIT.pass;
}

function release(id: string, { map, leases, token }: ReleaseFlags, context: ProgramContext): number {
  const dut = findDut(loadHardwareMap(resolve(map)), id);
  leaseStore(leaseFolder(leases), context).release(leaseKeyOf(dut), token);
  say(context, `${id} is free`);
  return EXIT.pass;
}

function shown(dut: string, { key, token, holder, expiresWallMs }: LeaseRecord): Record<string, string | number> {
  return { dut, key, token, holder, expires: new Date(expiresWallMs).toISOString() };
}
