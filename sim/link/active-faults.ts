import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { randomFromHex, type Random } from '../../hil/runtime/random.ts';
import type { FaultStage, LinkDirection, LinkFault, ResettableLink, StageDeps } from './link-fault.ts';
import { createLinkFault } from './faults/fault-table.ts';

/** A fault to put in force. */
export interface FaultSpec {
  /** Its id, unique among the active faults of the link. */
  readonly fault: string;
  readonly kind: string;
  /** As the scenario states them, or already parsed. */
  readonly params: unknown;
  /** The fault's part of the seed tree; without it, it is derived from the link's own and the id. */
  readonly seedHex?: string;
}

/** A fault in force, as a connection sees it. */
export interface ActiveFault {
  readonly id: string;
  readonly rank: number;
  createStage(connection: number, direction: LinkDirection, deps: Pick<StageDeps, 'counters' | 'emit'>): FaultStage | undefined;
}

/** The faults in force on one link. */
export interface ActiveFaults {
  /** @throws FieldproofError FP_SCHEMA for a wrong kind or parameter, FP_CONTROL when the id is active, FP_LIMIT. */
  add(spec: FaultSpec, link: ResettableLink): ActiveFault;
  /** False when no such fault is active. */
  remove(id: string): boolean;
  readonly list: () => readonly ActiveFault[];
  /** Whether anything may pass in this direction. */
  readonly isCut: (direction: LinkDirection) => boolean;
}

/** Faults active at once on one link. */
const ACTIVE_FAULTS_MAX = 64;

interface FaultInForce {
  readonly active: ActiveFault;
  readonly fault: LinkFault;
  readonly acting: Timer | undefined;
}

export function createActiveFaults(clock: Clock, linkRandom: Random): ActiveFaults {
  const inForce = new Map<string, FaultInForce>();
  return {
    add({ fault: id, kind, params, seedHex }, link) {
      if (inForce.has(id)) throw new FieldproofError('FP_CONTROL', `fault ${id} is active already`);
      if (inForce.size >= ACTIVE_FAULTS_MAX) throw new FieldproofError('FP_LIMIT', `${ACTIVE_FAULTS_MAX} faults are active on the link, its bound`);
      const random = seedHex === undefined ? linkRandom.child(`fault/${id}`) : randomFromHex(seedHex);
      const { fault, rank } = createLinkFault(kind, params, { clock, random });
      const active: ActiveFault = {
        id,
        rank,
        createStage: (connection, direction, deps) =>
          fault.createStage(direction, { ...deps, clock, random: random.child(direction, connection) }),
      };
      inForce.set(id, { active, fault, acting: fault.begin(link) });
      return active;
    },
    remove(id) {
      inForce.get(id)?.acting?.cancel();
      return inForce.delete(id);
    },
    list: () => [...inForce.values()].map(({ active }) => active),
    isCut: (direction) => [...inForce.values()].some(({ fault }) => fault.cuts.includes(direction)),
  };
}
