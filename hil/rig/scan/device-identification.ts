import type { LinePort } from '../../gateway/southbound/line-port.ts';
import { decodeResponse } from '../../protocols/modbus/decode-response.ts';
import { encodeRequest } from '../../protocols/modbus/encode-request.ts';
import type { ReadDeviceIdentificationRequest } from '../../protocols/modbus/request.ts';
import { unitId as toUnitId } from '../../protocols/modbus/unit-id.ts';

/** What a device says about itself (FC 43/14, basic and regular objects), never empty; a missing one was not stated. */
export interface DeviceIdentification {
  readonly vendorName?: string;
  readonly productCode?: string;
  readonly revision?: string;
  readonly vendorUrl?: string;
  readonly productName?: string;
  readonly modelName?: string;
  readonly userApplicationName?: string;
}

/** The object id of each key is its index here (section 6.21, table of object ids). */
export const IDENTIFICATION_KEYS = [
  'vendorName',
  'productCode',
  'revision',
  'vendorUrl',
  'productName',
  'modelName',
  'userApplicationName',
] as const satisfies readonly (keyof DeviceIdentification)[];

/** The codes are asked in this order: regular objects hold the basic ones too, but some devices know only the basic code. */
const READ_CODES = [2, 1] as const;
/** A device that always says that more follows must not hold us for ever. */
const REQUESTS_MAX = 8;

/** Asks a unit who it is (V1.1b3, section 6.21). @returns undefined when it does not tell. */
export async function identify(port: LinePort, unit: number): Promise<DeviceIdentification | undefined> {
  for (const readCode of READ_CODES) {
    const objects = await readObjects(port, unit, readCode);
    const stated = IDENTIFICATION_KEYS.map((key, id) => [key, printable(objects.get(id) ?? '')] as const).filter(([, text]) => text !== '');
    if (stated.length > 0) return Object.fromEntries(stated);
  }
  return undefined;
}

async function readObjects(port: LinePort, unit: number, readCode: (typeof READ_CODES)[number]): Promise<ReadonlyMap<number, string>> {
  const objects = new Map<number, string>();
  let objectId: number | undefined = 0;
  for (let asked = 0; asked < REQUESTS_MAX && objectId !== undefined; asked += 1) {
    const request: ReadDeviceIdentificationRequest = { kind: 'request', functionCode: 43, readCode, objectId };
    const exchange = await port.exchange(toUnitId(unit), encodeRequest(request));
    const response = exchange.kind === 'answer' ? decodeResponse(exchange.pdu, request) : undefined;
    if (response?.kind !== 'response' || response.functionCode !== 43) return objects;
    for (const { id, value } of response.objects) objects.set(id, Buffer.from(value).toString('latin1'));
    objectId = response.moreFollows ? response.nextObjectId : undefined;
  }
  return objects;
}

/** `Vendor product revision`, as far as it was stated. */
export function formatIdentification({ vendorName, productName, productCode, modelName, revision }: DeviceIdentification): string {
  return [...new Set([vendorName, productName ?? productCode, modelName, revision])].filter((part) => part !== undefined && part !== '').join(' ');
}

/** What a device says goes to terminals and files: no control characters. */
function printable(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e\u00a0-\u00ff]/gu, '').trim();
}
