import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Observe } from '../../runtime/observation.ts';
import type { Random } from '../../runtime/random.ts';
import type { OpenLink } from '../../transport/byte-link.ts';
import type { DeviceProfile } from './device-profile.ts';
import type { PointReport } from './polled-device.ts';

/** What the southbound is given to work with. */
export interface SouthboundDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Has its own bound on the time a connection may take. */
  readonly openLink: OpenLink;
  readonly observe: Observe;
  readonly log: Logger;
  /** @throws FieldproofError FP_PROFILE_UNKNOWN, FP_SCHEMA and what else reading a file may give. */
  readonly loadProfile: (nameOrPath: string) => DeviceProfile;
  /** Takes each value that is worth a message, in the order they were read. Must not throw. */
  readonly onReport: (report: PointReport) => void;
}
