import type { Recording } from '../../../hil/rig/recording/recording-format.ts';
import type { AtEnd } from './recorded-timeline.ts';

/** A recording, and what happens when it ends. */
export interface Replay {
  readonly recording: Recording;
  readonly atEnd: AtEnd;
}
