import { expect, test } from 'vitest';
import { formatIdentification, identify, type DeviceIdentification } from './device-identification.ts';

test('what a device says in several answers is put together', async () => {
  const answers = new Map([
    [0, [0x2b, 0x0e, 2, 2, 0xff, 1, 1, 0, 1, 0x41]],
    [1, [0x2b, 0x0e, 2, 2, 0, 0, 1, 1, 2, 0x42, 0x43]],
  ]);
  const identification = await identify({ exchange: (_unit, pdu) => Promise.resolve({ kind: 'answer', pdu: Uint8Array.from(answers.get(pdu[3] ?? 0) ?? []) }) }, 1);
  expect(identification).toEqual({ vendorName: 'A', productCode: 'BC' });
});

test('a device that always says that more follows is not asked for ever, and its control characters are dropped', async () => {
  let asked = 0;
  const identification = await identify(
    {
      exchange: () => {
        asked += 1;
        return Promise.resolve({ kind: 'answer', pdu: Uint8Array.from([0x2b, 0x0e, 2, 1, 0xff, 0, 1, 0, 3, 0x1b, 0x5b, 0x41]) });
      },
    },
    1,
  );
  expect(asked).toBeLessThan(20);
  expect(identification).toEqual({ vendorName: '[A' });
});

test('a device that knows only the basic code is asked by that', async () => {
  const basic = [0x2b, 0x0e, 1, 1, 0, 0, 1, 0, 1, 0x41];
  const identification = await identify({ exchange: (_unit, pdu) => Promise.resolve({ kind: 'answer', pdu: Uint8Array.from(pdu[2] === 1 ? basic : [0xab, 3]) }) }, 1);
  expect(identification).toEqual({ vendorName: 'A' });
});

test.each([
  ['an exception', [0xab, 1]],
  ['an object that is cut off', [0x2b, 0x0e, 2, 1, 0, 0, 1, 0, 9, 0x41]],
  ['something else', [3, 2, 0, 0]],
])('%s says nothing', async (_what, pdu) => {
  expect(await identify({ exchange: () => Promise.resolve({ kind: 'answer', pdu: Uint8Array.from(pdu) }) }, 1)).toBeUndefined();
});

test.each([
  [{ vendorName: 'ACME', productCode: 'PX', revision: '2' }, 'ACME PX 2'],
  [{ productName: 'Pump', productCode: 'PX' }, 'Pump'],
  [{}, ''],
] satisfies [DeviceIdentification, string][])('%o reads "%s"', (identification, text) => {
  expect(formatIdentification(identification)).toBe(text);
});
