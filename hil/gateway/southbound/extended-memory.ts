import { FIFO_REGISTERS_MAX, RECORD_NUMBER_MAX } from '../../protocols/modbus/limits.ts';
import { z } from '../../runtime/schema.ts';
import type { ProfileProblem } from './profile-problem.ts';

/** Files and FIFO queues of one profile. */
const FILES_MAX = 256;
const QUEUES_MAX = 1_024;
/** Stretches of records that one file is filled with. */
const STRETCHES_MAX = 1_024;
const ADDRESS_MAX = 65_535;

const word = z.number().int().min(0).max(0xffff);

/** The files of a virtual PLC (FC 20 and 21; MODBUS Application Protocol V1.1b3, sections 6.14 and 6.15). */
export const filesSchema = z
  .array(
    z.strictObject({
      number: z.number().int().min(1).max(65_535).describe('File number.'),
      records: z.number().int().min(1).max(RECORD_NUMBER_MAX + 1).default(RECORD_NUMBER_MAX + 1).describe('How many records it has, each a 16-bit register.'),
      contents: z
        .array(
          z.strictObject({
            record: z.number().int().min(0).max(RECORD_NUMBER_MAX).default(0).describe('The first record of this stretch.'),
            values: z.array(word).min(1).max(RECORD_NUMBER_MAX + 1),
          }),
        )
        .max(STRETCHES_MAX)
        .default([])
        .describe('What it holds at the start; all other records are 0.'),
    }),
  )
  .min(1)
  .max(FILES_MAX);

/** The FIFO queues of a virtual PLC (FC 24; section 6.18). */
export const fifoQueuesSchema = z
  .array(
    z.strictObject({
      address: z.number().int().min(0).max(ADDRESS_MAX).describe('FIFO pointer address: the register that counts the queue; its values lie in the registers after it.'),
      values: z.array(word).max(FIFO_REGISTERS_MAX).describe('The queue; may be empty. Reading does not take from it.'),
    }),
  )
  .min(1)
  .max(QUEUES_MAX);

export type ProfileFiles = z.infer<typeof filesSchema>;
export type ProfileQueues = z.infer<typeof fifoQueuesSchema>;

/** A register that a point of the profile takes. */
export interface TakenRegisters {
  readonly name: string;
  readonly address: number;
  readonly count: number;
}

/** Files that stand twice, and contents that do not fit into their file or into each other. */
export function fileProblems(files: ProfileFiles): ProfileProblem[] {
  return files.flatMap(({ number, records, contents }, index) => {
    const path = ['files', index];
    const isTwice = files.findIndex((file) => file.number === number) !== index;
    const twice = isTwice ? [{ path: [...path, 'number'], message: `file ${number} stands above` }] : [];
    const stretches = contents.flatMap(({ record, values }, at) => {
      const end = record + values.length;
      const here = [...path, 'contents', at];
      if (end > records) return [{ path: [...here, 'values'], message: `file ${number}: ends at record ${end - 1}; the last of its ${records} records is ${records - 1}` }];
      const before = contents.slice(0, at).find((other) => other.record < end && record < other.record + other.values.length);
      return before === undefined ? [] : [{ path: [...here, 'record'], message: `file ${number}: records ${record} to ${end - 1} overlap those from ${before.record} on` }];
    });
    return [...twice, ...stretches];
  });
}

/** Queues that leave the table, or lie over each other or over points. @param taken - Holding registers of points. */
export function queueProblems(queues: ProfileQueues, taken: readonly TakenRegisters[]): ProfileProblem[] {
  return queues.flatMap(({ address, values }, index) => {
    const path = ['fifoQueues', index, 'address'];
    const end = address + values.length;
    if (end > ADDRESS_MAX) return [{ path, message: `the queue ends at address ${end}; the last address of a table is ${ADDRESS_MAX}` }];
    const above = queues.slice(0, index).find((other) => other.address <= end && address <= other.address + other.values.length);
    if (above !== undefined) return [{ path, message: `the queue at ${address} to ${end} overlaps the one at ${above.address}` }];
    const point = taken.find((one) => one.address <= end && address < one.address + one.count);
    return point === undefined ? [] : [{ path, message: `the queue at ${address} to ${end} lies over ${point.name}, holding register ${point.address}` }];
  });
}
