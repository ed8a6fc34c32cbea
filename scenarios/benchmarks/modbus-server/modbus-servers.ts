import type { Benchmark } from '../benchmark.ts';
import { fieldproofServer } from './fieldproof-server.ts';
import { libmodbusServer } from './libmodbus-server.ts';
import { bareSocketServer, jsmodbusServer, modbusSerialServer } from './node-servers.ts';
import { pymodbusServer } from './pymodbus-server.ts';
import { WORKLOADS } from './server-contender.ts';

/** Servers of Modbus TCP beside each other, each a process of its own under the same load. */
export const modbusServers: Benchmark = {
  name: 'modbus',
  purpose: 'Modbus TCP servers, FC 03: answered requests a second (closed loop) and CPU time of the server process for each',
  metrics: WORKLOADS.flatMap(({ key, label, connections }) => [
    { key: `${key}.tps`, label: `${label}: transactions`, unit: '1/s', better: 'higher' as const },
    { key: `${key}.cpu`, label: `${label}: server CPU`, unit: 'us/transaction', better: 'lower' as const },
    ...(connections === 1 ? [{ key: `${key}.p50`, label: `${label}: round trip p50`, unit: 'ms', better: 'lower' as const }] : []),
  ]),
  contenders: [fieldproofServer, libmodbusServer, pymodbusServer, modbusSerialServer, jsmodbusServer, bareSocketServer],
  warmUpRuns: 1,
  runs: 3,
};

