import type { Pics } from '../../framework/pics.ts';

/** What Modbus frames travel on in one run. */
export type Carrier = 'tcp' | 'rtu' | 'ascii';

/** The PICS item of each carrier; of a run, one of them is true (`narrowToCarrier`). */
export const CARRIER_ITEMS: Readonly<Record<Carrier, string>> = { tcp: 'TCP', rtu: 'RTU', ascii: 'ASCII' };

/** Codes that the standard defines for serial lines only; on TCP a server may lack them although it has them on its line. */
const SERIAL_CODES = ['FC07', 'FC08', 'FC11', 'FC12', 'FC17'];

/** The carrier of a run; TCP as long as nothing is chosen. */
export function carrierOf(pics: Pics | undefined): Carrier {
  if (pics === undefined || pics.get('TCP') === true) return 'tcp';
  return pics.get('RTU') === true ? 'rtu' : 'ascii';
}

/**
 * The declaration as it stands for a run on one carrier: the other carriers are not under test, and the codes for serial
 * lines count on TCP only where the vendor offers them there too.
 * @param isConverted - The serial frames pass a converter (RTU over TCP), which keeps no silences.
 */
export function narrowToCarrier(pics: Pics, carrier: Carrier, isConverted = false): Pics {
  const narrowed = new Map(pics);
  for (const item of Object.values(CARRIER_ITEMS)) narrowed.set(item, item === CARRIER_ITEMS[carrier]);
  narrowed.set('SERIAL', carrier !== 'tcp');
  if (carrier === 'tcp' && pics.get('SERIAL_CODES_ON_TCP') !== true) for (const code of SERIAL_CODES) narrowed.set(code, false);
  if (isConverted) narrowed.set('SILENCE_FRAMING', false);
  return narrowed;
}
