import type { RigTransport } from '../../hil/rig/hardware-map.ts';
import type { TappedPlace } from '../../hil/transport/tapped-open-link.ts';

/** What a capture finds on a Modbus line, by its transport. */
export const FRAMING_OF = {
  'modbus-tcp': 'tcp',
  'modbus-rtu': 'rtu',
  'modbus-rtu-tcp': 'rtu',
  'modbus-ascii': 'ascii',
} as const satisfies Record<RigTransport, TappedPlace['framing']>;
