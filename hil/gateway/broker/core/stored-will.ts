import type { MqttWill } from '../../../protocols/mqtt/packet.ts';
import type { ClientIdentity } from './access-control.ts';

/** A will that waits for the end of its connection. */
export interface StoredWill {
  readonly will: MqttWill;
  readonly delayS: number;
  /** Whose rights it is published with. */
  readonly owner: ClientIdentity;
}
