import { z } from '../../../hil/runtime/schema.ts';
import { FRAME_DIRECTIONS } from '../modbus-fault.ts';
import { defineModbusFault, frameFaultParams, selectorOf } from '../modbus-fault-kind.ts';

const params = frameFaultParams({
  lost: z.enum(FRAME_DIRECTIONS).default('response').describe('With "response" the device carries the request out and its answer is lost; with "request" it never gets it.'),
});

/** The client waits in vain. */
export const noReply = defineModbusFault(
  { kind: 'modbus.noReply', counter: 'noReply', purpose: 'The client gets no answer.', params },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    if (chosen.lost === 'request') {
      return { onRequest: (_message, facts) => (isHit(facts) ? { outcome: { kind: 'dropped' }, what: 'the request was dropped' } : undefined) };
    }
    return { onResponse: (_message, facts) => (isHit(facts) ? { outcome: undefined, what: 'the response was dropped' } : undefined) };
  },
);
