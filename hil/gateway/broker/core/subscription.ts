import { isSharedFilter, parseSharedFilter } from '../../../protocols/mqtt/topic.ts';
import type { Qos } from '../../../protocols/mqtt/packet.ts';

/** One subscription of one session. @see MQTT 5.0, section 3.8.3.1 */
export interface Subscription {
  /** As the client wrote it, `$share/{name}/` included: what UNSUBSCRIBE is compared with, byte for byte. */
  readonly fullFilter: string;
  /** What topics are matched against. */
  readonly filter: string;
  /** Undefined when it is not shared. */
  readonly shareName: string | undefined;
  /** The QoS granted. */
  readonly qos: Qos;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** 1 to 268,435,455. */
  readonly identifier: number | undefined;
}

/**
 * The filter and share name of a filter as the client wrote it. `$share/` is taken as a shared subscription in 3.1.1 too,
 * where the standard leaves names that begin with `$` to the server (section 4.7.2).
 */
export function takeApart(fullFilter: string): { readonly filter: string; readonly shareName: string | undefined } {
  const shared = isSharedFilter(fullFilter) ? parseSharedFilter(fullFilter) : undefined;
  return shared ?? { filter: fullFilter, shareName: undefined };
}

export function lowerQos(a: Qos, b: Qos): Qos {
  return a < b ? a : b;
}
