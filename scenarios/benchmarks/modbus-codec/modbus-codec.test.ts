import { expect, test } from 'vitest';
import { FieldproofError } from '../../../hil/runtime/errors.ts';
import { realClock } from '../../../hil/runtime/real-clock.ts';
import { codecContender, CODEC_METRICS } from './codec-cases.ts';
import { modbusCodec } from './modbus-codec.ts';

const DEPS = { clock: realClock, cliEntry: 'fieldproof.js' };

test('ours does every case, and no operation counts whose result is wrong', async () => {
  const ours = modbusCodec.contenders.find(({ role }) => role === 'ours');
  const sample = await (await ours?.open(DEPS))?.measure();
  expect(Object.keys(sample ?? {}).toSorted()).toEqual(CODEC_METRICS.map(({ key }) => key).toSorted());
  expect(Object.values(sample ?? {}).every((value) => value > 0)).toBe(true);
  expect(() => codecContender('cheat', '1.0', { 'tcp-10': () => 0 }, realClock)).toThrowError('cheat gives 0 for tcp-10, not 2313');
});

const peers = modbusCodec.contenders.filter(({ role }) => role === 'peer');

test.each(peers)('$name gives the expected results, or says how to install it', async (peer) => {
  const opened = await peer.open(DEPS).catch((thrown: unknown) => thrown);
  if (opened instanceof FieldproofError) {
    expect(opened).toMatchObject({ code: 'FP_BENCH_PEER_MISSING', message: expect.stringContaining('npm install') });
  } else {
    expect(opened).toHaveProperty('version');
  }
});
