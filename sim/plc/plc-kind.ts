import type { DeviceProfile } from '../../hil/gateway/southbound/device-profile.ts';
import type { Point } from '../../hil/gateway/southbound/point.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { VirtualPlc } from './virtual-plc.ts';

/** What the devices of a group are: made once, shared by all of them. */
export interface PlcKind {
  readonly profile: DeviceProfile;
  /** What a probe may read: no device of this kind refuses it or is silent by its nature. */
  readonly probePoints: readonly Point[];
  /** Of a recording, milliseconds. */
  readonly lengthMs?: number;
  /** @param index - 0 for the first device; its randomness depends on nothing else. */
  create(device: string, unit: number, index: number): VirtualPlc;
  /** What is put between their servers and a link, before any fault; nothing when left out. */
  readonly wrapLink?: (link: ByteLink) => ByteLink;
}
