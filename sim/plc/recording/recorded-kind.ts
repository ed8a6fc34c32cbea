import { pointsOf, type Point } from '../../../hil/gateway/southbound/point.ts';
import { recordedProfile } from '../../../hil/rig/recording/recorded-profile.ts';
import type { Recording } from '../../../hil/rig/recording/recording-format.ts';
import { turnaroundTimes } from '../../../hil/rig/recording/response-times.ts';
import type { Random } from '../../../hil/runtime/random.ts';
import type { PlcKind } from '../plc-kind.ts';
import { layOutRegisters } from '../register-layout.ts';
import { createVirtualPlc, type VirtualPlcDeps } from '../virtual-plc.ts';
import { delayedLink } from './delayed-link.ts';
import { recordedServerOptions } from './recorded-identity.ts';
import { recordedProcess } from './recorded-process.ts';
import { recordedServer, type ReplayWitness } from './recorded-server.ts';
import { recordedTimeline } from './recorded-timeline.ts';
import type { Replay } from './replay.ts';

/**
 * Devices that replay a recording: the same values at the same times since the start, the same exceptions and silences, and
 * delays drawn from the recorded ones.
 * @param random - Delays are drawn from it.
 * @throws FieldproofError FP_LIMIT beyond 4,096 recorded addresses.
 */
export function recordedKind({ recording, atEnd }: Replay, deps: VirtualPlcDeps & { readonly random: Random }): PlcKind {
  const { clock, observe, random } = deps;
  const timeline = recordedTimeline(recording, atEnd);
  const profile = recordedProfile(recording);
  const layout = layOutRegisters(pointsOf(profile));
  const serverOptions = recordedServerOptions(recording.header);
  const originMs = clock.nowMs();
  const model = recordedProcess(layout.points, timeline, originMs);
  const times = turnaroundTimes(recording);
  return {
    profile,
    probePoints: alwaysAnswered(recording, layout.points),
    lengthMs: timeline.lengthMs,
    create: (device, unit) => {
      const plc = createVirtualPlc({ device, unit, profileName: profile.name, layout, model, serverOptions }, deps);
      const witness: ReplayWitness = {
        refused: (functionCode, exceptionCode) => observe('plc.exception', { device, unit, functionCode, exceptionCode }),
        silent: (functionCode) => observe('plc.silent', { device, unit, functionCode }),
      };
      return { ...plc, server: recordedServer(plc.server, timeline, { originMs, clock, witness }) };
    },
    wrapLink: (link) => delayedLink(link, () => times.percentile(random.next()), clock),
  };
}

/** The points of ranges that were never refused and never left without an answer. */
function alwaysAnswered({ header, samples }: Recording, points: readonly Point[]): Point[] {
  const unsteady = new Set(samples.filter((sample) => 'x' in sample || 'f' in sample).map(({ r }) => r));
  const steady = header.ranges.filter((_range, index) => !unsteady.has(index));
  return points.filter((point) => steady.some(({ table, address, count }) => table === point.table && address <= point.address && point.address < address + count));
}
