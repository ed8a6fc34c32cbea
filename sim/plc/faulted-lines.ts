import type { Point } from '../../hil/gateway/southbound/point.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import type { Observe } from '../../hil/runtime/observation.ts';
import type { ByteLink, SerialLine } from '../../hil/transport/byte-link.ts';
import { throughModbusFaults, type FaultedLink } from '../modbus-faults/faulted-link.ts';
import type { ActiveModbusFaults } from '../modbus-faults/active-modbus-faults.ts';
import type { FaultedLine, Framing, PullablePlug } from '../modbus-faults/modbus-fault.ts';
import type { VirtualPlc } from './virtual-plc.ts';

/** What the lines of a group need to be faulted. */
export interface LineFaultDeps {
  readonly clock: Clock;
  readonly observe: Observe;
  readonly faults: ActiveModbusFaults;
  /** Of the group's profile. */
  readonly points: readonly Point[];
}

/**
 * The faults of one device on TCP: of all its connections, and of those to come.
 * @returns What is put between the server and a connection that was accepted.
 */
export function faultedTcpDevice(plc: VirtualPlc, deps: LineFaultDeps): (link: ByteLink) => ByteLink {
  const faults = deps.faults.addLine({ ...lineOf(plc.device, 'tcp', [plc], deps), serial: undefined, plug: undefined });
  return (link) => throughModbusFaults(link, faults, deps);
}

/** The faults of a serial line with all its devices, between the server and the far end of the wire. */
export function faultedSerialLine(
  link: ByteLink,
  { group, framing, plcs, serial, plug }: { readonly group: string; readonly framing: Framing; readonly plcs: readonly VirtualPlc[]; readonly serial: SerialLine; readonly plug: PullablePlug | undefined },
  deps: LineFaultDeps,
): FaultedLink {
  return throughModbusFaults(link, deps.faults.addLine({ ...lineOf(group, framing, plcs, deps), serial, plug }), deps);
}

function lineOf(name: string, framing: Framing, plcs: readonly VirtualPlc[], { observe, points }: LineFaultDeps): Pick<FaultedLine, 'name' | 'framing' | 'points' | 'told'> {
  const [only] = plcs;
  return {
    name,
    framing,
    points,
    told: (unit, values) => {
      // On TCP a device answers to 0 and 255 as well.
      const plc = plcs.find((candidate) => candidate.unit === unit) ?? (framing === 'tcp' ? only : undefined);
      if (plc !== undefined) observe('plc.served', { device: plc.device, unit: plc.unit, values });
    },
  };
}
