import { z } from '../../../hil/runtime/schema.ts';
import type { Contender } from '../benchmark.ts';
import { loadPeer, peerVersion } from '../load-peer.ts';
import { codecContender, crcInput } from './codec-cases.ts';

const PACKAGE = 'modbus-serial';
const crcModule = z.object({ default: z.custom<(bytes: Buffer) => number>((value) => typeof value === 'function') });

/** The CRC of modbus-serial; the rest of its codec cannot be had apart from its ports. */
export const modbusSerialCrc: Contender = {
  name: PACKAGE,
  role: 'peer',
  open: async ({ clock }) => {
    const { default: crc16 } = loadPeer(PACKAGE, 'utils/crc16.js', crcModule);
    const short = crcInput(6);
    const long = crcInput(253);
    return codecContender(PACKAGE, peerVersion(PACKAGE), { 'crc-6': () => crc16(short), 'crc-253': () => crc16(long) }, clock);
  },
};
