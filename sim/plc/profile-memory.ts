import type { DeviceProfile } from '../../hil/gateway/southbound/device-profile.ts';
import type { ProfileFiles } from '../../hil/gateway/southbound/extended-memory.ts';
import { createFileMemory, type FileMemory } from './file-memory.ts';

/** The memory of a profile's devices beyond the four tables, made once and shared by them. */
export interface ProfileMemory {
  /** Makes the files of one device; undefined where the profile says nothing about files. */
  readonly createFiles?: () => FileMemory;
  /** The queues by FIFO pointer address. */
  readonly fifoQueues?: ReadonlyMap<number, readonly number[]>;
}

export function profileMemory({ files, fifoQueues }: Pick<DeviceProfile, 'files' | 'fifoQueues'>): ProfileMemory {
  return {
    ...(files === undefined ? {} : { createFiles: fileMaker(files) }),
    ...(fifoQueues === undefined ? {} : { fifoQueues: new Map(fifoQueues.map(({ address, values }) => [address, values])) }),
  };
}

function fileMaker(files: ProfileFiles): () => FileMemory {
  const recordCounts = new Map(files.map(({ number, records }) => [number, records]));
  const beginnings = new Map(files.filter(({ contents }) => contents.length > 0).map((file) => [file.number, beginningOf(file)]));
  return () => createFileMemory(recordCounts, beginnings);
}

/** As far as its last record that is not 0 from the start. */
function beginningOf({ contents }: ProfileFiles[number]): Uint16Array {
  const beginning = new Uint16Array(Math.max(...contents.map(({ record, values }) => record + values.length)));
  for (const { record, values } of contents) beginning.set(values, record);
  return beginning;
}
