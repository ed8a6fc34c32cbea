import { counting, SERIAL, step, times, type Probe } from './probe.contract.ts';

/** Section 5: what a conforming public server does not implement. */
const RESERVED_CODES = ['09', '0a', '0d', '0e', '29', '2a', '5a', '5b', '7d', '7e', '7f'];
const RESERVED_SUB_FUNCTIONS = ['0005', '0006', '0009', '0013', '0015', '0016', '7fff', 'ffff'];
const RESERVED_MEI_TYPES = ['00', '0c', '0d', '0f', '80', 'ff'];

/** Rules for every function code, and the exceptions. */
export const GENERAL_PROBES: readonly Probe[] = [
  {
    ids: ['MB-APP-GEN-01', 'MB-APP-GEN-02', 'MB-APP-GEN-03'],
    name: 'a PDU of 253 bytes passes both ways',
    steps: [step(`15 fb 06 0001 0000 007a ${counting(1, 122)}`, `15fb0600010000007a${counting(1, 122)}`)],
  },
  {
    ids: ['MB-APP-GEN-04'],
    name: 'function code 0 and codes from 128 on are no requests',
    steps: [step('00', '8001'), step('00 0000 0001', '8001'), step('80', '8001'), step('83 0000 0001', '8301'), step('ff', 'ff01')],
  },
  {
    ids: ['MB-APP-GEN-08'],
    name: 'four tables, each with its own content; writing one changes no other',
    steps: [
      step('06 0005 aaaa', '060005aaaa'),
      step('03 0005 0001', '0302aaaa'),
      step('04 0005 0001', '04020105'),
      step('05 00c4 ff00', '0500c4ff00'),
      step('01 00c4 0008', '010101'),
      step('02 00c4 0008', '0201ac'),
    ],
  },
  {
    ids: ['MB-APP-GEN-10', 'MB-APP-GEN-11'],
    name: 'each table reaches from PDU address 0, its first item, to 65535',
    steps: [
      ...['01', '02'].flatMap((code) => [step(`${code} 0000 0001`, `${code}0100`), step(`${code} ffff 0001`, `${code}0100`)]),
      step('05 ffff ff00', '05ffffff00'),
      step('01 ffff 0001', '010101'),
      step('03 0000 0001', '03020000'),
      step('06 ffff 1234', '06ffff1234'),
      step('03 ffff 0001', '03021234'),
      step('04 0000 0001', '04020100'),
      step('04 ffff 0001', '040200ff'),
    ],
  },
  {
    ids: ['MB-APP-GEN-12', 'MB-APP-EXC-11'],
    name: 'of two faults the function code comes first, then quantity and byte count, then the address',
    steps: [
      step('41 ffff ffff', 'c101'),
      step('01 0900 07d1', '8103'),
      step('02 0900 0000', '8203'),
      step('03 ffff 007e', '8303'),
      step('04 ffff 0000', '8403'),
      step('0f ffff 0002 03 01', '8f03'),
      step('10 ffff 0002 02 1234', '9003'),
      step('17 ffff 007e ffff 0002 04 1111 2222', '9703'),
      step('17 ffff 0002 ffff 0002 02 1111', '9703'),
    ],
  },
  {
    ids: ['MB-APP-EXC-11', 'MB-SER-CNT-03'],
    name: 'the address comes before the masks of FC22 and the length of a FIFO queue',
    steps: [step('16 0900 ffff ffff', '9602'), step('18 0900', '9802'), step('18 0021', '9803')],
  },
  {
    ids: ['MB-SER-CNT-03'],
    name: 'function code, then length, then address',
    on: SERIAL,
    steps: [step('09 00', '8901'), step('03 0900', '8303'), step('03 0900 0001', '8302'), step('08 0005', '8801'), step('08 000b', '8803'), step('08 000b 0001', '8803')],
  },
  { ids: ['MB-APP-GEN-14'], name: 'reserved function codes', steps: RESERVED_CODES.map((code) => step(`${code} 0000 0001`, `${(Number.parseInt(code, 16) | 0x80).toString(16)}01`)) },
  { ids: ['MB-APP-GEN-14', 'MB-APP-08-03'], name: 'reserved sub-functions of diagnostics', steps: RESERVED_SUB_FUNCTIONS.map((sub) => step(`08 ${sub} 0000`, '8801')) },
  { ids: ['MB-APP-GEN-14', 'MB-APP-43-01'], name: 'reserved MEI types, and CANopen', steps: RESERVED_MEI_TYPES.map((mei) => step(`2b ${mei} 01 00`, 'ab01')) },
  {
    ids: ['MB-APP-EXC-01', 'MB-APP-EXC-02', 'MB-APP-EXC-03'],
    name: 'unknown function codes get two bytes, never silence',
    steps: ['12', '19', '2c', '41', '48', '64', '6e'].map((code) => step(code, `${(Number.parseInt(code, 16) | 0x80).toString(16)}01`)),
  },
  {
    ids: ['MB-APP-EXC-01', 'MB-APP-07-02', 'MB-TCP-SRV-02'],
    name: 'what is not offered gets 01, the codes for serial lines too',
    device: () => ({ functionCodes: [3] }),
    steps: [
      ...['07', '0b', '0c', '11'].map((code) => step(code, `${(Number.parseInt(code, 16) | 0x80).toString(16)}01`)),
      step('08 0000 1234', '8801'),
      step('2b 0e 01 00', 'ab01'),
      step('06 0000 0001', '8601'),
      step('03 0001 0001', '03020001'),
    ],
  },
  {
    ids: ['MB-APP-EXC-06'],
    name: 'a register takes values that mean nothing to its device',
    steps: [step('06 0000 ffff', '060000ffff'), step(`10 0000 0002 04 ${times(2, 'ffff')}`, '1000000002')],
  },
];
