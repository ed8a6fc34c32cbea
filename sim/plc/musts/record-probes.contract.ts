import { deviceIdentity } from '../device-identity.ts';
import { createFileMemory, type FileMemory } from '../file-memory.ts';
import { step, times, type Probe } from './probe.contract.ts';

const hexText = (text: string): string => Buffer.from(text).toString('hex');
const object = (id: string, text: string): string => `${id}${text.length.toString(16).padStart(2, '0')}${hexText(text)}`;
const BASIC = `${object('00', 'Acme')}${object('01', 'X1')}${object('02', '1.0')}`;
const REGULAR = `${BASIC}${object('04', 'probed')}${object('05', 'X1')}${object('06', 'virtual probed')}`;

/** Function codes 20, 21 and 43: files and identification. */
export const RECORD_PROBES: readonly Probe[] = [
  {
    ids: ['MB-APP-20-01', 'MB-APP-20-04', 'MB-APP-21-02'],
    name: 'FC20 answers each group with its length, type and registers; FC21 echoes when all is written',
    steps: [
      step('15 0d 06 0004 0007 0003 06af 04be 100d', '150d060004000700 0306af04be100d'.replace(' ', '')),
      step('14 07 06 0004 0007 0003', '14080706 06af04be100d'.replace(' ', '')),
      step('14 0e 06 0004 0008 0002 06 0003 0009 0002', '140c 0506 04be100d 0506 00000000'),
    ],
  },
  {
    ids: ['MB-APP-20-02'],
    name: 'FC20 of a byte count that is none',
    steps: [
      step('14', '9403'),
      step('14 00', '9403'),
      step('14 06 06 0001 0000 00', '9403'),
      step('14 08 06 0001 0000 0001 00', '9403'),
      step('14 07 06 0001 0000', '9403'),
      step(`14 fb ${times(35, '06000100000001')}060001000000`, '9403'),
      step(`14 f5 ${times(35, '06000100000001')}`, `148c${times(35, '03060000')}`),
    ],
  },
  {
    ids: ['MB-APP-20-03'],
    name: 'FC20 of a wrong type, file, record or range',
    steps: ['05 0001 0000 0001', '06 0000 0000 0001', '06 000b 0000 0001', '06 0001 2710 0001', '06 0001 270f 0002', '06 0001 ffff 0001'].map((group) => step(`14 07 ${group}`, '9402')),
  },
  {
    ids: ['MB-APP-20-04'],
    name: 'FC20 answers stay within a PDU',
    steps: [step('14 07 06 0001 0000 0079', `14f4f306${times(121, '0000')}`), step('14 07 06 0001 0000 007b', '9403')],
  },
  {
    ids: ['MB-APP-21-01'],
    name: 'FC21 has groups of 7 bytes and 2 for each register',
    steps: [
      step('15 12 06 0001 0000 0001 1111 06 0002 0000 0001 2222', '1512 06000100000001 1111 06000200000001 2222'),
      step('14 0e 06 0001 0000 0001 06 0002 0000 0001', '1408 0306 1111 0306 2222'),
    ],
  },
  {
    ids: ['MB-APP-21-03'],
    name: 'FC21 of a wrong length gives 03, of a wrong place 02, and then no group is written',
    steps: [
      step('15 08 06 0001 0000 0001 11', '9503'),
      step('15 0a 06 0001 0000 0001 1111 00', '9503'),
      step('15 09 06 0001 0000 0002 1111', '9503'),
      step('15 09 05 0001 0000 0001 1111', '9502'),
      step('15 12 06 0001 0000 0001 1111 06 000b 0000 0001 2222', '9502'),
      step('15 12 06 0001 0000 0001 1111 06 0002 2710 0001 2222', '9502'),
      step('14 07 06 0001 0000 0001', '140403060000'),
    ],
  },
  {
    ids: ['MB-APP-21-04'],
    name: 'a file that fails its consistency check gives 08',
    device: () => ({ createFiles: () => spoiltFile(3) }),
    steps: [
      step('14 07 06 0003 0000 0001', '9408'),
      step('15 09 06 0003 0000 0001 1111', '9508'),
      step('15 12 06 0001 0000 0001 1111 06 0003 0000 0001 2222', '9508'),
      step('14 07 06 0001 0000 0001', '140403060000'),
    ],
  },
  {
    ids: ['MB-APP-43-03', 'MB-APP-43-01'],
    name: 'FC43/14 streams the mandatory objects',
    steps: [step('2b 0e 01 00', `2b0e0183000003${BASIC}`), step('2b 0e 01', 'ab03'), step('2b', 'ab03')],
  },
  {
    ids: ['MB-APP-43-04'],
    name: 'FC43/14 streams from the object asked for, from 0 when that is not there',
    steps: [
      step('2b 0e 02 00', `2b0e0283000006${REGULAR}`),
      step('2b 0e 01 02', `2b0e0183000001${object('02', '1.0')}`),
      step('2b 0e 01 05', `2b0e0183000003${BASIC}`),
      step('2b 0e 02 03', `2b0e0283000006${REGULAR}`),
      step('2b 0e 03 99', `2b0e0383ff8006${REGULAR}`),
    ],
  },
  { ids: ['MB-APP-43-05'], name: 'FC43/14 with a read code that is none', steps: ['00', '05', 'ff'].map((code) => step(`2b 0e ${code} 00`, 'ab03')) },
  {
    ids: ['MB-APP-43-06'],
    name: 'FC43/14 gives one object alone',
    steps: [step('2b 0e 04 01', `2b0e0483000001${object('01', 'X1')}`), step('2b 0e 04 03', 'ab02'), step('2b 0e 04 ff', 'ab02')],
  },
  {
    ids: ['MB-APP-43-07'],
    name: 'FC43/14 splits a long list between objects',
    steps: [step('2b 0e 03 00', `2b0e0383ff8006${REGULAR}`), step('2b 0e 03 80', `2b0e0383000001${object('80', 'd'.repeat(244))}`)],
  },
  {
    ids: ['MB-APP-43-08'],
    name: 'FC43/14 above its level serves what it has',
    device: () => ({ identity: deviceIdentity({ name: 'probed', manufacturer: 'Acme', model: 'X1', description: '' }) }),
    steps: [step('2b 0e 03 00', `2b0e0382000006${REGULAR}`), step('2b 0e 02 00', `2b0e0282000006${REGULAR}`)],
  },
];

function spoiltFile(fileNumber: number): FileMemory {
  const files = createFileMemory();
  files.spoil(fileNumber);
  return files;
}
