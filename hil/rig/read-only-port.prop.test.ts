import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { functionCodeEntry } from '../protocols/modbus/function-code.ts';
import { unitId } from '../protocols/modbus/unit-id.ts';
import { replay } from '../runtime/replay-seed.contract.ts';
import { readOnlyPort } from './read-only-port.ts';

test('whatever is asked of a read-only port, nothing that writes leaves it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 20 }), async (pdu) => {
      const left: Uint8Array[] = [];
      const port = readOnlyPort({
        exchange: (_unit, request) => {
          left.push(request);
          return Promise.resolve({ kind: 'timeout' });
        },
      });
      const outcome = await Promise.allSettled([port.exchange(unitId(1), pdu)]);
      const writes = left.filter((request) => functionCodeEntry(request[0] ?? 0)?.writes !== false || (request[0] === 43 && request[1] !== 14));
      expect(writes).toEqual([]);
      expect(left.length).toBe(outcome[0].status === 'fulfilled' ? 1 : 0);
    }),
    replay(),
  );
});

test.each([5, 6, 8, 15, 16, 17, 20, 21, 22, 23, 24, 43, 90, 128])('function code %i is refused before a byte is sent', async (functionCode) => {
  const port = readOnlyPort({ exchange: () => Promise.reject(new Error('this was sent')) });
  await expect(port.exchange(unitId(1), Uint8Array.of(functionCode, 13))).rejects.toMatchObject({ code: 'FP_RIG_READ_ONLY' });
});
