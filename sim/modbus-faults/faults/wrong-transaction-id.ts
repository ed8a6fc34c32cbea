import { z } from '../../../hil/runtime/schema.ts';
import { defineModbusFault, frameFaultParams, selectorOf } from '../modbus-fault-kind.ts';

const ID_COUNT = 65_536;
const params = frameFaultParams({
  offset: z.number().int().min(1).max(ID_COUNT - 1).optional().describe('What is added to the right id, modulo 65536; drawn for each response when left out.'),
});

/** @see MODBUS Messaging on TCP/IP V1.0b, section 3.1.3: a response repeats the transaction id of its request. */
export const wrongTransactionId = defineModbusFault(
  {
    kind: 'modbus.wrongTransactionId',
    counter: 'wrongTransactionId',
    purpose: 'Responses carry another transaction id than their request.',
    params,
    framings: ['tcp'],
    whyNot: 'only Modbus TCP has transaction ids',
  },
  (chosen, deps) => {
    const isHit = selectorOf(chosen, deps);
    const random = deps.random.child('offset');
    return {
      onResponse(message, facts) {
        if (message.transactionId === undefined || !isHit(facts)) return undefined;
        const transactionId = (message.transactionId + (chosen.offset ?? random.integer(1, ID_COUNT - 1))) % ID_COUNT;
        return { outcome: { ...message, transactionId }, what: `transaction id ${transactionId} in place of ${message.transactionId}` };
      },
    };
  },
);
