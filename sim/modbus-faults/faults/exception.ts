import { encodeException, exceptionCodeEntry, SERVER_DEVICE_FAILURE } from '../../../hil/protocols/modbus/exception.ts';
import { BROADCAST_UNIT_ID } from '../../../hil/protocols/modbus/unit-id.ts';
import { z } from '../../../hil/runtime/schema.ts';
import { defineModbusFault, frameFaultParams, selectorOf } from '../modbus-fault-kind.ts';

const params = frameFaultParams({
  code: z.number().int().min(1).max(255).default(SERVER_DEVICE_FAILURE).describe('Exception code, e.g. 2 illegal data address, 4 server device failure, 6 server device busy.'),
});

/**
 * Answers in the device's place, which never gets the request: a write that is refused is not carried out either.
 * @see MODBUS Application Protocol V1.1b3, section 7
 */
export const exception = defineModbusFault(
  { kind: 'modbus.exception', counter: 'exception', purpose: 'Refuses requests with an exception; the device does not carry them out.', params },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const { code } = chosen;
    const name = exceptionCodeEntry(code)?.name ?? 'a code that the standard does not define';
    return {
      onRequest(message, facts) {
        // On a serial line nobody answers a broadcast, not even with an exception.
        if (deps.line.framing !== 'tcp' && message.unit === BROADCAST_UNIT_ID) return undefined;
        if (!isHit(facts)) return undefined;
        return { outcome: { kind: 'answered', pdu: encodeException(facts.functionCode & 0x7f, code) }, what: `refused with exception ${code} (${name})` };
      },
    };
  },
);
