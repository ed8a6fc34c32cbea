import { homedir, hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { defaultLeaseFolder } from '../../hil/rig/lease/lease-folder.ts';
import { createLeaseStore, type LeaseStore } from '../../hil/rig/lease/lease-store.ts';
import { withLease } from '../../hil/rig/lease/with-lease.ts';
import { describeLease } from '../../hil/rig/lease/lease-record.ts';
import type { Dut } from '../../hil/rig/hardware-map.ts';
import type { RigLineDeps } from '../../hil/rig/rig-line.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { createOpenLink } from '../../hil/transport/open-link.ts';
import { parseDuration } from './duration-option.ts';
import { parseInteger } from './option-parsers.ts';
import { say, type ProgramContext } from './program-context.ts';

/** What `rig` commands take in common. */
export interface RigFlags {
  readonly map: string;
  readonly leases?: string;
}

export interface LeaseFlags extends RigFlags {
  readonly wait: number;
  readonly ttl: number;
  readonly token?: number;
}

const CONNECT_TIMEOUT_MS = 3_000;

/** The hardware map that is meant when no option says otherwise. */
export const DEFAULT_MAP = 'lab.yaml';

export function addMapOptions(command: Command): Command {
  return command.option('--map <file>', 'hardware map', DEFAULT_MAP).option('--leases <folder>', 'where leases are kept (default: $XDG_STATE_HOME/fieldproof/leases)');
}

export function addLeaseOptions(command: Command): Command {
  return addMapOptions(command)
    .option('--wait <duration>', 'how long to wait for another holder', parseDuration, 0)
    .option('--ttl <duration>', 'the lease ends by itself so long after the last heartbeat', parseDuration, 30_000)
    .option('--token <number>', 'use the lease that this token was given for', parseInteger(1, Number.MAX_SAFE_INTEGER, 'token'));
}

export function rigLineDeps(context: ProgramContext): RigLineDeps {
  return { clock: context.clock, openLink: createOpenLink({ clock: context.clock, timeoutMs: CONNECT_TIMEOUT_MS }) };
}

/** The folder of leases: of the option, else of the user. */
export function leaseFolder(flag: string | undefined): string {
  return resolve(flag ?? defaultLeaseFolder(process.env, homedir()));
}

export function leaseStore(folder: string, context: ProgramContext): LeaseStore {
  return createLeaseStore({ folder, writer: `${hostname()}-${context.pid}` }, context.clock);
}

/** Who we are, for those who wait for us. @param doing - `rig record pump`. */
export function holderName(context: ProgramContext, doing: string): string {
  return `${userName()}@${hostname()} pid ${context.pid}, ${doing}`;
}

/** A DUT that the map declares to be on the shelf is not asked for. @throws FieldproofError FP_RIG_MISSING. */
export function mustBeConnected(dut: Dut): void {
  if (dut.connected) return;
  throw new FieldproofError('FP_RIG_MISSING', `the hardware map says that ${dut.id} is not connected`, { hint: 'Attach it and take connected: false out of its entry.' });
}

/** Does something with a leased DUT; Ctrl-C ends it in good order. */
export async function underLease<T>(dut: Dut, doing: string, flags: LeaseFlags, context: ProgramContext, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  mustBeConnected(dut);
  const abort = new AbortController();
  const stopListening = context.onSignal((signal) => {
    say(context, `${signal}: ending`);
    abort.abort(signal);
  });
  try {
    return await withLease(
      { dut, holder: holderName(context, doing), ttlMs: flags.ttl, waitMs: flags.wait, token: flags.token },
      {
        clock: context.clock,
        store: leaseStore(leaseFolder(flags.leases), context),
        signal: abort.signal,
        onWait: (by) => say(context, `${dut.id} is held by ${describeLease(by, context.clock.wallMs())}; waiting`),
      },
      work,
    );
  } finally {
    stopListening();
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that no file names.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
