import { exceptionCodeEntry, ILLEGAL_DATA_ADDRESS } from '../../protocols/modbus/exception.ts';
import type { ModbusClient, ReadResult } from './modbus-client.ts';
import { valueInBlock, type PolledDevice, type PointReport, type ReadInstant } from './polled-device.ts';
import { planReads, type ReadBlock } from './read-plan.ts';

type Failure = Exclude<ReadResult, { kind: 'words' }>;

/** What became of one turn: `silent` when a request got no usable answer, which ends the turn. */
export type TurnOutcome = 'answered' | 'silent' | 'closed';

export interface TurnDeps {
  /** Repetitions of a request that got no usable answer; none for a device that was silent in its last turn. */
  readonly retries: number;
  readonly instant: () => ReadInstant;
  readonly onReport: (report: PointReport) => void;
  /** A request failed for good. */
  readonly onFailed: (kind: Failure['kind'], detail: string) => void;
}

/**
 * Reads every block of a device once and offers the values. Exceptions fail their block only. A block that bridges a gap
 * and is refused with exception 02 is split at its gaps, now and for later turns.
 */
export async function pollDevice(device: PolledDevice, client: ModbusClient, deps: TurnDeps): Promise<TurnOutcome> {
  const pending = [...device.plan];
  for (let block = pending.shift(); block !== undefined; block = pending.shift()) {
    const result = await readBlock(device, block, client, device.failures > 0 ? 0 : deps.retries);
    if (result.kind === 'words') {
      offerBlock(device, block, result.words, deps);
    } else if (result.kind === 'exception' && result.code === ILLEGAL_DATA_ADDRESS && block.bridgesGap) {
      pending.unshift(...splitAtGaps(device, block));
    } else {
      deps.onFailed(result.kind, describe(result, block));
      if (result.kind === 'closed') return 'closed';
      if (result.kind !== 'exception') return 'silent';
    }
  }
  return 'answered';
}

/** Words for a failure of a read, with the range it was about. */
export function describeFailure(result: Failure): string {
  switch (result.kind) {
    case 'exception':
      return `exception ${result.code} (${exceptionCodeEntry(result.code)?.name ?? 'not defined'})`;
    case 'timeout':
      return 'no complete answer in time';
    case 'corrupt':
    case 'closed':
    default:
      return result.because;
  }
}

async function readBlock(device: PolledDevice, block: ReadBlock, client: ModbusClient, retries: number): Promise<ReadResult> {
  let result = await client.read(block.table, device.unit, block.address, block.count);
  for (let retry = 0; retry < retries && (result.kind === 'timeout' || result.kind === 'corrupt'); retry += 1) {
    result = await client.read(block.table, device.unit, block.address, block.count);
  }
  return result;
}

function offerBlock(device: PolledDevice, block: ReadBlock, words: readonly number[], { instant, onReport }: TurnDeps): void {
  const at = instant();
  for (const point of block.points) {
    const report = device.offer(point, valueInBlock(point, block, words), at);
    if (report !== undefined) onReport(report);
  }
}

function splitAtGaps(device: PolledDevice, block: ReadBlock): ReadBlock[] {
  const parts = planReads(block.points, { grouping: true, gapRegistersMax: 0, gapBitsMax: 0 });
  device.plan = device.plan.flatMap((planned) => (planned === block ? parts : [planned]));
  return parts;
}

function describe(result: Failure, { table, address, count }: ReadBlock): string {
  return `${table} ${address} to ${address + count - 1}: ${describeFailure(result)}`;
}
