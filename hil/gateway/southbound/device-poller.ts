import { exceptionCodeEntry, ILLEGAL_DATA_ADDRESS } from '../../protocols/modbus/exception.ts';
import type { ModbusClient, ReadResult } from './modbus-client.ts';
import type { PolledDevice, PointReport, ReadInstant } from './polled-device.ts';
import { planReads, type ReadBlock } from './read-plan.ts';

type Failure = Exclude<ReadResult, { kind: 'words' }>;

/** What became of one turn: `silent` when a request got no usable answer, which ends the turn. In the order of their weight. */
export type TurnOutcome = 'answered' | 'silent' | 'closed';

/** How the turns of a line are taken; made once for it. */
export interface TurnDeps {
  /** Repetitions of a request that got no usable answer; none for a device that was silent in its last turn. */
  readonly retries: number;
  /** Requests of one turn that may be outstanding at once. */
  readonly atOnce: number;
  readonly instant: () => ReadInstant;
  readonly onReport: (report: PointReport) => void;
  /** A request failed for good. */
  readonly onFailed: (device: PolledDevice, kind: Failure['kind'], detail: string) => void;
}

/**
 * Reads every block of a device once and offers the values. Exceptions fail their block only. A block that bridges a gap
 * and is refused with exception 02 is split at its gaps, now and for later turns.
 */
export async function pollDevice(device: PolledDevice, client: ModbusClient, deps: TurnDeps): Promise<TurnOutcome> {
  const { plan } = device;
  if (deps.atOnce > 1 && plan.length > 1) return readSideBySide(device, client, deps);
  // By place, because a block that is split is replaced in the plan by its parts, which are read in its place.
  for (let place = 0; place < device.plan.length; ) {
    const block = device.plan[place];
    if (block === undefined) break;
    const outcome = takeResult(device, block, await readBlock(device, block, client, deps), deps);
    if (typeof outcome === 'object') continue;
    if (outcome !== 'answered') return outcome;
    place += 1;
  }
  return 'answered';
}

/** As many blocks at once as the line has room for. */
async function readSideBySide(device: PolledDevice, client: ModbusClient, deps: TurnDeps): Promise<TurnOutcome> {
  const pending = [...device.plan];
  let outcome: TurnOutcome = 'answered';
  const readOn = async (): Promise<void> => {
    for (let block = pending.shift(); block !== undefined && outcome === 'answered'; block = pending.shift()) {
      const result = takeResult(device, block, await readBlock(device, block, client, deps), deps);
      if (typeof result === 'object') pending.unshift(...result.parts);
      else if (outcome === 'answered' || result === 'closed') outcome = result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(deps.atOnce, pending.length) }, readOn));
  return outcome;
}

/** @returns What the answer means for the turn, or the parts by which the block was replaced in the plan. */
function takeResult(device: PolledDevice, block: ReadBlock, result: ReadResult, deps: TurnDeps): TurnOutcome | { readonly parts: readonly ReadBlock[] } {
  if (result.kind === 'words') {
    device.takeBlock(block, result.words, deps.instant(), deps.onReport);
    return 'answered';
  }
  if (result.kind === 'exception' && result.code === ILLEGAL_DATA_ADDRESS && block.bridgesGap) return { parts: splitAtGaps(device, block) };
  deps.onFailed(device, result.kind, describe(result, block));
  if (result.kind === 'closed') return 'closed';
  return result.kind === 'exception' ? 'answered' : 'silent';
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

async function readBlock(device: PolledDevice, { table, address, count }: ReadBlock, client: ModbusClient, deps: TurnDeps): Promise<ReadResult> {
  const retries = device.failures > 0 ? 0 : deps.retries;
  let result = await client.read(table, device.unit, address, count);
  for (let retry = 0; retry < retries && (result.kind === 'timeout' || result.kind === 'corrupt'); retry += 1) {
    result = await client.read(table, device.unit, address, count);
  }
  return result;
}

/** @returns The parts that take the block's place in the plan. */
function splitAtGaps(device: PolledDevice, block: ReadBlock): readonly ReadBlock[] {
  const parts = planReads(block.points, { grouping: true, gapRegistersMax: 0, gapBitsMax: 0 });
  device.plan = device.plan.flatMap((planned) => (planned === block ? parts : [planned]));
  return parts;
}

function describe(result: Failure, { table, address, count }: ReadBlock): string {
  return `${table} ${address} to ${address + count - 1}: ${describeFailure(result)}`;
}
