import type { PacketType } from './packet.ts';

/** One row of the table of control packets (3.1.1 section 2.2.1, 5.0 section 2.1.2). */
export interface PacketTypeEntry {
  readonly type: PacketType;
  /** What the low four bits of the first byte must be; undefined for PUBLISH, which uses them. */
  readonly flags: number | undefined;
  readonly fromClient: boolean;
  readonly fromServer: boolean;
  /** MQTT 3.1.1 knows it; only 5.0 has AUTH. */
  readonly inV4: boolean;
  /** What 5.0 lets the server send and 3.1.1 does not. */
  readonly fromServerOnlyInV5?: boolean;
}

const CLIENT = { fromClient: true, fromServer: false, inV4: true } as const;
const SERVER = { fromClient: false, fromServer: true, inV4: true } as const;
const BOTH = { fromClient: true, fromServer: true, inV4: true } as const;

/** The control packets by their number, 1 to 15; 0 is reserved, and so is 15 in 3.1.1. */
export const PACKET_TYPES: readonly (PacketTypeEntry | undefined)[] = [
  undefined,
  { type: 'connect', flags: 0, ...CLIENT },
  { type: 'connack', flags: 0, ...SERVER },
  { type: 'publish', flags: undefined, ...BOTH },
  { type: 'puback', flags: 0, ...BOTH },
  { type: 'pubrec', flags: 0, ...BOTH },
  { type: 'pubrel', flags: 2, ...BOTH },
  { type: 'pubcomp', flags: 0, ...BOTH },
  { type: 'subscribe', flags: 2, ...CLIENT },
  { type: 'suback', flags: 0, ...SERVER },
  { type: 'unsubscribe', flags: 2, ...CLIENT },
  { type: 'unsuback', flags: 0, ...SERVER },
  { type: 'pingreq', flags: 0, ...CLIENT },
  { type: 'pingresp', flags: 0, ...SERVER },
  { type: 'disconnect', flags: 0, ...BOTH, fromServerOnlyInV5: true },
  { type: 'auth', flags: 0, ...BOTH, inV4: false },
];

const NUMBERS = new Map<PacketType, number>(
  PACKET_TYPES.flatMap((entry, number) => (entry === undefined ? [] : [[entry.type, number] as const])),
);

/** The number of a packet type, 1 to 15. It also numbers the section that describes it: 3.1 to 3.15. */
export function packetTypeNumber(type: PacketType): number {
  return NUMBERS.get(type) ?? 0;
}
