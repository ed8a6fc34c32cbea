import { expect, test } from 'vitest';
import { deviceProfileSchema } from '../../hil/gateway/southbound/device-profile.ts';
import { profileMemory } from './profile-memory.ts';
import { createManualClock } from '../world/manual-clock.ts';
import { answerOf, testDevice, type TestDevice } from './test-device.contract.ts';

const profile = deviceProfileSchema.parse({
  name: 'store',
  files: [{ number: 4, records: 10, contents: [{ record: 7, values: [0x0dfe, 32] }, { values: [5] }] }, { number: 300, records: 2 }],
  fifoQueues: [{ address: 1_246, values: [0x01b8, 0x1284] }, { address: 2_000, values: [] }],
  deviceResources: [{ name: 'A', attributes: { primaryTable: 'COILS', startingAddress: 0 }, properties: { valueType: 'Bool', readWrite: 'R' } }],
});

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const asked = ({ server }: TestDevice, request: string): string => Buffer.from(answerOf(server, hex(request))).toString('hex');

test('files answer what the profile says they hold, and only those files exist', () => {
  const device = testDevice(createManualClock(), profileMemory(profile));
  expect(asked(device, '14 07 06 0004 0006 0004')).toBe('140a090600000dfe00200000');
  expect(asked(device, '14 07 06 0004 0000 0001')).toBe('140403060005');
  expect(asked(device, '14 07 06 0004 0009 0002')).toBe('9402');
  expect(asked(device, '14 07 06 012c 0001 0001')).toBe('140403060000');
  expect(asked(device, '14 07 06 0001 0000 0001')).toBe('9402');
});

test('a write changes the file of one device: what it began with stays around it, and other devices keep theirs', () => {
  const memory = profileMemory(profile);
  const [written, other] = [testDevice(createManualClock(), memory), testDevice(createManualClock(), memory)];
  expect(asked(written, '15 09 06 0004 0008 0001 1234')).toBe('1509060004000800011234');
  expect(asked(written, '14 07 06 0004 0007 0002')).toBe('140605060dfe1234');
  expect(asked(other, '14 07 06 0004 0007 0002')).toBe('140605060dfe0020');
});

test('FC 24 answers the queues of the profile, an empty one too, and reading takes nothing away', () => {
  const device = testDevice(createManualClock(), profileMemory(profile));
  const answers = ['18 04de', '18 04de'].map((request) => asked(device, request));
  expect(answers).toEqual(['180006000201b81284', '180006000201b81284']);
  expect(asked(device, '18 07d0')).toBe('1800020000');
  expect(asked(device, '18 07d1')).toBe('9802');
});

test('a profile that says nothing leaves the standard files and the queues of its registers', () => {
  const device = testDevice(createManualClock(), profileMemory({ files: undefined, fifoQueues: undefined }));
  expect(asked(device, '14 07 06 000a 270f 0001')).toBe('140403060000');
  device.process.set('word', 1);
  expect(asked(device, '18 0000')).toBe('18000400010000');
});
