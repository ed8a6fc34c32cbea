import { defineModbusFault, frameFaultParams, selectorOf, SERIAL_FRAMINGS } from '../modbus-fault-kind.ts';

const params = frameFaultParams({});

/** A two-wire adapter that does not switch its receiver off: the client hears its own request before the answer. */
export const echo = defineModbusFault(
  {
    kind: 'modbus.echo',
    counter: 'echo',
    purpose: 'The client hears its own requests, as with an adapter that does not suppress its echo.',
    params,
    framings: SERIAL_FRAMINGS,
    whyNot: 'a TCP connection has one talker each way',
  },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    return {
      onEcho: (request, facts) => (isHit(facts) ? { outcome: [{ bytes: request, afterMs: 0 }], what: `${request.length} bytes of the request came back` } : undefined),
    };
  },
);
