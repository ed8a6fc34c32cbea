import type { ClientJob } from './reference-client.ts';

const READS: readonly ClientJob[] = [
  { unit: 1, request: { kind: 'request', functionCode: 1, address: 0, quantity: 8 }, shown: 'coils' },
  { unit: 1, request: { kind: 'request', functionCode: 2, address: 0, quantity: 8 }, shown: 'discreteInputs' },
  { unit: 1, request: { kind: 'request', functionCode: 3, address: 0, quantity: 4 }, shown: 'holdingRegisters' },
  { unit: 1, request: { kind: 'request', functionCode: 3, address: 10, quantity: 4 } },
  { unit: 1, request: { kind: 'request', functionCode: 4, address: 0, quantity: 4 }, shown: 'inputRegisters' },
  { unit: 2, request: { kind: 'request', functionCode: 3, address: 0, quantity: 2 } },
];

const RARE: readonly ClientJob[] = [
  { unit: 1, request: { kind: 'request', functionCode: 20, groups: [{ fileNumber: 1, recordNumber: 0, recordLength: 2 }] } },
  { unit: 1, request: { kind: 'request', functionCode: 21, groups: [{ fileNumber: 1, recordNumber: 0, values: [1, 2] }] } },
  { unit: 1, request: { kind: 'request', functionCode: 22, address: 20, andMask: 0xff00, orMask: 0x0012 } },
  { unit: 1, request: { kind: 'request', functionCode: 23, readAddress: 10, readQuantity: 2, writeAddress: 20, values: [7] } },
  { unit: 1, request: { kind: 'request', functionCode: 24, address: 30 } },
  { unit: 1, request: { kind: 'request', functionCode: 43, readCode: 1, objectId: 0 } },
];

const SERIAL: readonly ClientJob[] = [{ unit: 1, request: { kind: 'request', functionCode: 8, subFunction: 0, data: Uint8Array.of(0xa5, 0x37) } }];

/** What the reference client asks in each round: every function that a client may send, and two devices. */
export function referenceJobs(carrier: 'tcp' | 'rtu' | 'ascii'): readonly ClientJob[] {
  return [...READS, ...RARE, ...(carrier === 'tcp' ? [] : SERIAL)];
}

/** PIXIT values that describe these rounds. */
export const REFERENCE_POLLS = {
  coils: '0-7',
  discreteInputs: '0-7',
  holdingRegisters: '0-3, 10-13',
  inputRegisters: '0-3',
  units: '1, 2',
  groupRegistersMax: 20,
  groupBitsMax: 20,
} as const;
