import { onePacketInAFrame } from './one-packet-in-a-frame.ts';
import type { WebSocketDefect } from './websocket-defect.ts';

/** Every way in which a broker is made to break section 6 of both standards. */
export const WEBSOCKET_DEFECTS: readonly WebSocketDefect[] = [
  { id: 'websocket-without-subprotocol', does: 'selects no sub-protocol', listener: { select: () => undefined } },
  {
    id: 'websocket-selects-what-comes-first',
    does: 'selects the first sub-protocol that is offered, whatever it is',
    listener: { select: ([first]) => first },
  },
  { id: 'websocket-answers-in-text-frames', does: 'sends its packets in text frames', listener: { frames: { kindOf: () => 'text' } } },
  { id: 'websocket-takes-text-frames', does: 'takes packets in text frames', listener: { frames: { takesText: true } } },
  { id: 'websocket-wants-a-packet-in-a-frame', does: 'ends the connection when a frame is not just one packet', between: onePacketInAFrame },
];
