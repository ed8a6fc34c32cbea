import { expect, test } from 'vitest';
import { deviceIdentity } from './device-identity.ts';

const FACTS = { name: 'pump', manufacturer: 'Müller', model: '', description: 'x'.repeat(500) };

test('what a profile leaves out is filled in, what is not ASCII is replaced, what is too long is cut', () => {
  const { objects, conformityLevel, serverId } = deviceIdentity(FACTS);
  expect(objects.map(({ id, value }) => [id, Buffer.from(value).toString('latin1').slice(0, 12), value.length])).toEqual([
    [0, 'M?ller', 6],
    [1, 'pump', 4],
    [2, '1.0', 3],
    [4, 'pump', 4],
    [5, 'pump', 4],
    [6, 'virtual pump', 12],
    [0x80, 'xxxxxxxxxxxx', 244],
  ]);
  expect(conformityLevel).toBe(0x83);
  expect(Buffer.from(serverId).toString('latin1')).toBe('F\xffM?ller pump');
});

test('without a description there are no extended objects', () => {
  expect(deviceIdentity({ ...FACTS, description: '' })).toMatchObject({ conformityLevel: 0x82, objects: { length: 6 } });
});
