import { inconclusiveCase } from '../../framework/case-stop.ts';
import type { CaseWire } from '../../framework/case-wire.ts';
import type { CaseContext } from '../../framework/conformance-case.ts';
import { longest, type AddressRange } from './address-ranges.ts';
import { carrierOf, type Carrier } from './carrier.ts';
import { declaredDevice, TABLES, type DeclaredDevice, type TableName, type WritableTable } from './declared-device.ts';
import { anyAnswer, pduThat } from './heard.ts';
import { fields, unpackBits, wordsOf, writeCoils, writeRegisters } from './requests.ts';
import { Station, type Asked } from './station.ts';

/** The function that reads each table, and how much of it one request may ask for. */
export const READS: Readonly<Record<TableName, { readonly code: 1 | 2 | 3 | 4; readonly quantityMax: number; readonly isBits: boolean }>> = {
  coils: { code: 1, quantityMax: 2_000, isBits: true },
  discreteInputs: { code: 2, quantityMax: 2_000, isBits: true },
  holdingRegisters: { code: 3, quantityMax: 125, isBits: false },
  inputRegisters: { code: 4, quantityMax: 125, isBits: false },
};

/** A public code that nobody has: always answered, with exception 01. */
const UNKNOWN_CODE = 0x2c;
const WRITE_COILS_AT_ONCE = 1_968;
const WRITE_REGISTERS_AT_ONCE = 123;

/** What a case against a Modbus server works with: connections, the declared device, and data that is put back at the end. */
export class ModbusBench {
  readonly context: CaseContext;
  readonly wire: CaseWire;
  readonly carrier: Carrier;
  readonly device: DeclaredDevice;
  readonly #atEnd: ((station: Station) => Promise<void>)[] = [];
  readonly #stations = new Map<string, Station>();

  constructor(wire: CaseWire, context: CaseContext) {
    this.wire = wire;
    this.context = context;
    this.carrier = carrierOf(context.pics);
    this.device = declaredDevice(context.pixit);
  }

  /** A connection; on a serial line always the same. Inconclusive when the SUT refuses it. */
  async open(label = 'a'): Promise<Station> {
    const station = await this.tryOpen(label);
    return station ?? inconclusiveCase(`${label}: the SUT refuses the connection`);
  }

  /** @returns undefined when the SUT refuses the connection. */
  async tryOpen(label: string): Promise<Station | undefined> {
    const name = this.carrier === 'tcp' ? label : 'line';
    const known = this.carrier === 'tcp' ? undefined : this.#stations.get(name);
    if (known !== undefined) return known;
    if ((await this.wire.open(name)) === 'refused') return undefined;
    const { pixit, seedHex } = this.context;
    const { answerTimeoutMs, quietMs } = pixit;
    const firstTransactionId = Number.parseInt(seedHex.slice(0, 4), 16);
    const station = new Station(name, this.wire, { carrier: this.carrier, unit: this.device.unitId, answerTimeoutMs, quietMs, firstTransactionId });
    this.#stations.set(name, station);
    return station;
  }

  has(item: string): boolean {
    return this.context.pics.get(item) === true;
  }

  /** Time for the SUT to drop what was no request; on a serial line a silence. */
  async recover(): Promise<void> {
    await this.wire.pause(this.device.recoveryMs);
  }

  /** Does something when the case is over, however it ends: the last that was asked for first. */
  atEnd(action: (station: Station) => Promise<void>): void {
    this.#atEnd.push(action);
  }

  /** The longest declared range of a table; cases that need one say so (`needs`). */
  range(table: TableName): AddressRange {
    return longest(this.device.exists[table]) ?? inconclusiveCase(`the declaration gives no ${table}`);
  }

  /** A harmless request that every server answers in some way. */
  plain(): Asked {
    const table = TABLES.find((name) => this.has(`FC0${READS[name].code}`) && this.device.exists[name].length > 0);
    if (table === undefined) return { what: 'a request of an unknown function', pdu: Uint8Array.of(UNKNOWN_CODE) };
    return { what: `a read of one of the ${table}`, pdu: fields(READS[table].code, this.range(table).first, 1) };
  }

  /** A good request is answered, in whichever way. */
  async expectServes(station: Station, after: string): Promise<void> {
    const { pdu } = this.plain();
    await station.expect({ what: `a good request after ${after}`, pdu }, anyAnswer(pdu[0] ?? 0));
  }

  /** The content of a range, bits as 0 and 1; inconclusive when the SUT does not serve it. */
  async needContent(station: Station, table: TableName, first: number, count: number): Promise<number[]> {
    const { quantityMax } = READS[table];
    const content: number[] = [];
    for (let at = 0; at < count; at += quantityMax) content.push(...(await this.#needRead(station, table, first + at, Math.min(quantityMax, count - at))));
    return content;
  }

  async #needRead(station: Station, table: TableName, first: number, count: number): Promise<number[]> {
    const { code, isBits } = READS[table];
    const byteCount = dataBytes(table, count);
    const asked = { what: `a read of ${count} of the ${table} from ${first}`, pdu: fields(code, first, count) };
    const answer = await station.needPdu(asked, pduThat(`${byteCount} bytes of data`, (pdu) => isDataAnswer(pdu, code, byteCount)));
    return isBits ? unpackBits(answer.subarray(2), count) : wordsOf(answer.subarray(2));
  }

  /** Up to `wanted` addresses that the case may write; what they hold is put back at the end. */
  async scratch(station: Station, table: WritableTable, wanted: number): Promise<AddressRange> {
    const range = longest(this.device.writable[table]) ?? inconclusiveCase(`the declaration gives no ${table}Writable`);
    return this.saved(station, table, { first: range.first, count: Math.min(range.count, wanted) });
  }

  /** The range, saved for the end. */
  async saved(station: Station, table: WritableTable, range: AddressRange): Promise<AddressRange> {
    const content = await this.needContent(station, table, range.first, range.count);
    this.atEnd((at) => this.#write(at, table, range.first, content));
    return range;
  }

  /** Writes content, as a precondition; inconclusive when the SUT refuses it. */
  async needWritten(station: Station, table: WritableTable, first: number, content: readonly number[]): Promise<void> {
    for (const pdu of this.#writes(table, first, content)) await station.needPdu({ what: `a write of ${table} as a precondition`, pdu }, pduThat('the write done', (answer) => answer[0] === pdu[0]));
  }

  async #write(station: Station, table: WritableTable, first: number, content: readonly number[]): Promise<void> {
    for (const pdu of this.#writes(table, first, content)) await station.ask({ pdu });
  }

  #writes(table: WritableTable, first: number, content: readonly number[]): Uint8Array[] {
    const isBits = table === 'coils';
    if (!this.has(isBits ? 'FC15' : 'FC16')) return content.map((value, index) => fields(isBits ? 5 : 6, first + index, isBits ? value * 0xff00 : value));
    const atOnce = isBits ? WRITE_COILS_AT_ONCE : WRITE_REGISTERS_AT_ONCE;
    const pieces = Array.from({ length: Math.ceil(content.length / atOnce) }, (_none, index) => index * atOnce);
    return pieces.map((at) => (isBits ? writeCoils : writeRegisters)(first + at, content.slice(at, at + atOnce)));
  }

  /** Puts back what the case changed, over a connection that nothing has happened on. A SUT that is gone is left alone. */
  async cleanUp(): Promise<void> {
    if (this.#atEnd.length === 0) return;
    this.wire.note('cleaning up: what this case changed');
    if (this.carrier === 'tcp') for (const station of this.#stations.values()) await station.close('reset');
    else await this.recover();
    const station = await this.tryOpen('cleaner');
    if (station === undefined) return;
    for (const action of this.#atEnd.toReversed()) await action(station);
  }
}

/** Bytes that so many items take in an answer. */
export function dataBytes(table: TableName, count: number): number {
  return READS[table].isBits ? Math.ceil(count / 8) : count * 2;
}

/** An answer of FC01 to FC04 or FC23 with so many bytes of data. */
export function isDataAnswer(pdu: Uint8Array, functionCode: number, byteCount: number): boolean {
  return pdu[0] === functionCode && pdu[1] === byteCount && pdu.length === 2 + byteCount;
}
