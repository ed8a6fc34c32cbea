import type { Random } from '../../../hil/runtime/random.ts';

/** A parcel on the belt. Lengths in m, mass in g. */
export interface Parcel {
  /** Which parcel since the start: everything random about it follows from this. */
  readonly index: number;
  readonly length: number;
  readonly mass: number;
  /** Where its front is, from the head of the belt. */
  front: number;
}

/** A belt of 6 m with a photo-eye at each end and two weighing sections. Speeds in m/s, masses in g, distances in m. */
export interface ConveyorState {
  readonly noiseSeed: number;
  /** Parcels on the belt, the first to leave first. */
  readonly parcels: Parcel[];
  /** Parcels fed so far. */
  fed: number;
  /** Belt travel until the next one is fed, m. */
  nextFeed: number;
  /** Told to run; a jam stops the belt all the same. */
  started: boolean;
  speed: number;
  current: number;
  distance: number;
  itemCount: number;
  overweightCount: number;
  totalMass: number;
  lastMass: number;
  lastBarcode: string;
  /** The parcel at the exit is stuck: the belt slips under it. */
  stuck: boolean;
  /** Seconds that the exit eye has been blocked while the belt ran. */
  blockedS: number;
  jam: boolean;
  jamS: number;
  /** As written; the drive clamps what it uses. */
  speedSetpoint: number;
  accelerationTime: number;
  massLimit: number;
  product: string;
}

/** A belt that was told to run at power-up. */
export function startConveyor(random: Random): ConveyorState {
  return {
    noiseSeed: random.integer(0, 0xffff_fffe),
    parcels: [],
    fed: 0,
    nextFeed: 0.2 + random.next(),
    started: true,
    speed: 0,
    current: 0,
    distance: random.integer(10_000, 900_000),
    itemCount: random.integer(1_000, 900_000),
    overweightCount: random.integer(0, 900),
    totalMass: random.integer(10_000_000, 900_000_000),
    lastMass: 0,
    lastBarcode: '',
    stuck: false,
    blockedS: 0,
    jam: false,
    jamS: 0,
    speedSetpoint: 0.6 + 0.05 * random.integer(0, 8),
    accelerationTime: 2,
    massLimit: 12_000,
    product: 'Parcels',
  };
}
