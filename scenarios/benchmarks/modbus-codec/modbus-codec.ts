import type { Benchmark } from '../benchmark.ts';
import { CODEC_METRICS } from './codec-cases.ts';
import { fieldproofCodec } from './fieldproof-codec.ts';
import { jsmodbusCodec } from './jsmodbus-codec.ts';
import { modbusSerialCrc } from './modbus-serial-crc.ts';

/** How much a Modbus frame costs. */
export const modbusCodec: Benchmark = {
  name: 'modbus-codec',
  purpose: 'Modbus bytes to objects and back; an exchange is request and response, each encoded and decoded',
  metrics: CODEC_METRICS,
  contenders: [fieldproofCodec, jsmodbusCodec, modbusSerialCrc],
  warmUpRuns: 2,
  runs: 9,
};
