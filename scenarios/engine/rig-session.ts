import { loadProfile } from '../../hil/gateway/southbound/load-profile.ts';
import { resolutionOf } from '../../hil/gateway/southbound/point-codec.ts';
import { pointsOf } from '../../hil/gateway/southbound/point.ts';
import { mustAnswer } from '../../hil/rig/await-device.ts';
import { devicesOf } from '../../hil/rig/dut-address.ts';
import { acquireLease } from '../../hil/rig/lease/acquire-lease.ts';
import { holdLease, type HeldLease } from '../../hil/rig/lease/held-lease.ts';
import { createLeaseStore, type LeaseStore } from '../../hil/rig/lease/lease-store.ts';
import { rangesOfProfile } from '../../hil/rig/recording/record-ranges.ts';
import type { LoadedHardwareMap } from '../../hil/rig/load-hardware-map.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import type { Observe } from '../../hil/runtime/observation.ts';
import { createOpenLink } from '../../hil/transport/open-link.ts';
import type { PlcPointFacts } from '../../sim/plc/plc-events.ts';
import { linesOf, planReal, type LineSettings, type RealDut } from './real-plan.ts';
import type { Scenario } from './scenario-schema.ts';

/** The lab that a run may use. */
export interface RigAccess {
  readonly hardware: LoadedHardwareMap;
  readonly leaseFolder: string;
  /** For others who want the same devices. */
  readonly holder: string;
  /** Names this process among those that share the leases. */
  readonly writer: string;
  /** How long to wait for another holder, milliseconds. */
  readonly waitMs: number;
}

/** The real devices of one run, leased as long as it goes on. */
export interface RigSession {
  /** The lines that a gateway polls besides those of its simulated PLCs. */
  linesFor(gateway: string): readonly LineSettings[];
  /** Gives every lease back. */
  release(): void;
}

export interface RigSessionDeps {
  readonly clock: Clock;
  readonly observe: Observe;
  readonly signal: AbortSignal;
  /** A lease was lost in the middle of the run. */
  readonly onLost: (error: FieldproofError) => void;
}

/** A run that dies leaves its devices to others after this. */
const LEASE_TTL_MS = 30_000;
const CONNECT_TIMEOUT_MS = 3_000;

/**
 * Leases every real device of a scenario and makes sure that each answers, before anything else is started.
 * @throws FieldproofError FP_RIG_MISSING without a hardware map, or for a device that is not attached; FP_RIG_SILENT,
 *   FP_RIG_LEASED, FP_RIG_UNKNOWN_DUT, FP_SCENARIO_REFERENCE. Nothing stays leased then.
 */
export async function openRigSession(scenario: Scenario, access: RigAccess | undefined, deps: RigSessionDeps): Promise<RigSession> {
  const wanted = scenario.topology.real.map(({ dut }) => dut);
  if (wanted.length === 0) return { linesFor: () => [], release: () => undefined };
  if (access === undefined) {
    throw new FieldproofError('FP_RIG_MISSING', `the scenario needs real hardware (${wanted.join(', ')}), and no hardware map was given`, {
      hint: 'Run it with --rig lab.yaml; `fieldproof rig scan` writes a first map.',
    });
  }
  const planned = planReal(scenario, access.hardware);
  const store = createLeaseStore({ folder: access.leaseFolder, writer: access.writer }, deps.clock);
  const leases = new Map<string, HeldLease>();
  const release = (): void => {
    for (const lease of leases.values()) lease.release();
  };
  try {
    await leaseAll(planned, access, store, leases, deps);
    for (const real of planned) await mustBeThere(real, deps.clock);
    for (const real of planned) introduce(real, planned, leases.get(real.key)?.lease.token ?? 0, deps.observe);
  } catch (thrown) {
    release();
    throw thrown;
  }
  return { linesFor: (gateway) => linesOf(planned.filter((real) => real.gateway === gateway)), release };
}

/** In the order of their names, so that two runs that want the same devices do not wait for each other for ever. */
async function leaseAll(planned: readonly RealDut[], access: RigAccess, store: LeaseStore, leases: Map<string, HeldLease>, deps: RigSessionDeps): Promise<void> {
  for (const { key, dut } of planned.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    if (leases.has(key)) continue;
    const lease = await acquireLease(
      { key, dut: dut.id, holder: access.holder, ttlMs: LEASE_TTL_MS, waitMs: access.waitMs },
      { clock: deps.clock, store, signal: deps.signal },
    );
    const held = holdLease(lease, { clock: deps.clock, store });
    held.lost.addEventListener('abort', () => deps.onLost(new FieldproofError('FP_RIG_LEASE_LOST', `${dut.id}: ${String(held.lost.reason)}`)), { once: true });
    leases.set(key, held);
  }
}

async function mustBeThere({ dut, profile }: RealDut, clock: Clock): Promise<void> {
  if (!dut.connected) throw new FieldproofError('FP_RIG_MISSING', `the hardware map says that ${dut.id} is not connected`);
  const named = (thrown: FieldproofError): FieldproofError => new FieldproofError(thrown.code, `real device ${dut.id}: ${thrown.message}`, { cause: thrown });
  try {
    const [probe] = rangesOfProfile(loadProfile(profile));
    await mustAnswer(dut, { clock, openLink: createOpenLink({ clock, timeoutMs: CONNECT_TIMEOUT_MS }) }, probe);
  } catch (thrown) {
    throw thrown instanceof FieldproofError ? named(thrown) : thrown;
  }
}

function introduce({ dut, gateway, profile, key }: RealDut, planned: readonly RealDut[], token: number, observe: Observe): void {
  const line = planned.find((other) => other.key === key)?.dut.id ?? dut.id;
  const points = pointsOf(loadProfile(profile))
    .filter(({ readable }) => readable)
    .map(({ name, units, deadband, maxSilenceMs, ...rest }): PlcPointFacts => {
      return { name, units, resolution: resolutionOf({ name, units, deadband, maxSilenceMs, ...rest }), deadband, maxSilenceMs };
    });
  for (const { device, unit } of devicesOf(dut)) {
    observe('rig.device', { dut: dut.id, device, unit, gateway, line, profile, token, points: points.map((point) => ({ ...point })) });
  }
}
