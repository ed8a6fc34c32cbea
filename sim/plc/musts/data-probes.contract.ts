import { counting, step, times, type Probe } from './probe.contract.ts';

/** Function codes 1 to 6, 15, 16 and 22 to 24: the four tables. */
export const DATA_PROBES: readonly Probe[] = [
  ...bitReads('01', '81', 'MB-APP-01', 'coils', { example: '0013 0013', answered: 'cd6b05', all: times(250, '00') }),
  ...bitReads('02', '82', 'MB-APP-02', 'discrete inputs', { example: '00c4 0016', answered: 'acdb35', all: `${times(18, '00')}c0ba5d03${times(228, '00')}` }),
  ...registerReads('03', '83', 'MB-APP-03', 'holding registers', 0),
  ...registerReads('04', '84', 'MB-APP-04', 'input registers', 256),
  { ids: ['MB-APP-05-01'], name: 'FC05 has 5 bytes', steps: [step('05 0000 ff', '8503'), step('05 0000 ff00 00', '8503')] },
  {
    ids: ['MB-APP-05-02', 'MB-APP-GEN-05'],
    name: 'FC05 sets and clears a coil, and echoes',
    steps: [step('05 0004 ff00', '050004ff00'), step('01 0004 0001', '010101'), step('05 0004 0000', '0500040000'), step('01 0004 0001', '010100')],
  },
  {
    ids: ['MB-APP-05-03'],
    name: 'FC05 with another value is refused and leaves the coil as it was',
    steps: [step('05 0004 ff00', '050004ff00'), step('05 0004 0001', '8503'), step('05 0004 ff01', '8503'), step('05 0004 00ff', '8503'), step('01 0004 0001', '010101')],
  },
  { ids: ['MB-APP-05-04'], name: 'FC05 of no coil', steps: [step('05 0800 ff00', '8502')] },
  { ids: ['MB-APP-06-01'], name: 'FC06 has 5 bytes', steps: [step('06 0000 12', '8603'), step('06 0000 1234 00', '8603')] },
  {
    ids: ['MB-APP-06-02', 'MB-APP-EXC-06', 'MB-APP-GEN-07'],
    name: 'FC06 stores any value, high byte first, and echoes',
    steps: ['0000', '0001', '1234', '8000', 'ffff'].flatMap((value) => [step(`06 00c7 ${value}`, `0600c7${value}`), step('03 00c7 0001', `0302${value}`)]),
  },
  { ids: ['MB-APP-06-03'], name: 'FC06 of no register, or a read-only one', steps: [step('06 00c9 0001', '8602'), step('06 00c8 0001', '8602')] },
  {
    ids: ['MB-APP-15-01'],
    name: 'FC15 has as many bytes as its quantity asks for',
    steps: [step('0f 0000 0009 02 ff', '8f03'), step('0f 0000 0009 02 ff01 00', '8f03'), step('0f 0000 0009 02 ff01', '0f00000009')],
  },
  { ids: ['MB-APP-15-02'], name: 'FC15 answers with address and quantity, once it is written', steps: [step('0f 0013 000a 02 cd01', '0f0013000a'), step('01 0013 000a', '0102cd01')] },
  {
    ids: ['MB-APP-15-03'],
    name: 'FC15 takes the lowest bit first, and padding changes nothing',
    steps: [step('0f 0100 0003 01 fe', '0f01000003'), step('01 0100 0008', '010106')],
  },
  {
    ids: ['MB-APP-15-04'],
    name: 'FC15 takes 1 to 1968 coils and the byte count that they need',
    steps: [
      step('0f 0000 0000 00', '8f03'),
      step(`0f 0000 07b0 f6 ${times(246, 'ff')}`, '0f000007b0'),
      step(`0f 0000 07b1 f7 ${times(247, 'ff')}`, '8f03'),
      step('0f 0000 0008 02 ffff', '8f03'),
    ],
  },
  {
    ids: ['MB-APP-15-05'],
    name: 'FC15 past the last coil writes none',
    steps: [step('0f 07fe 0003 01 07', '8f02'), step('01 07fe 0002', '010100'), step('0f ffff 0002 01 03', '8f02'), step('01 ffff 0001', '010100')],
  },
  {
    ids: ['MB-APP-16-01'],
    name: 'FC16 has as many bytes as its quantity asks for',
    steps: [step('10 0000 0001 02 12', '9003'), step('10 0000 0001 02 1234 00', '9003'), step('10 0000 0001 02 1234', '1000000001')],
  },
  {
    ids: ['MB-APP-16-02'],
    name: 'FC16 answers with address and quantity, once all is written',
    steps: [step('10 0001 0002 04 000a 0102', '1000010002'), step('03 0001 0003', '0306000a01020003')],
  },
  {
    ids: ['MB-APP-16-03', 'MB-APP-16-04'],
    name: 'FC16 takes 1 to 123 registers and twice as many bytes',
    steps: [
      step('10 0000 0001 02 abcd', '1000000001'),
      step(`10 0000 007b f6 ${counting(1_000, 123)}`, '100000007b'),
      step('03 0000 007b', `03f6${counting(1_000, 123)}`),
      step('10 0000 0000 00', '9003'),
      step(`10 0000 007c f8 ${times(123, '0000')}`, '9003'),
      step('10 0000 0002 02 1234', '9003'),
      step('10 0000 0001 04 1234 5678', '9003'),
    ],
  },
  {
    ids: ['MB-APP-16-05'],
    name: 'FC16 past the last register, or onto a read-only one, writes none',
    steps: [step('10 00c7 0002 04 1111 2222', '9002'), step('10 ffff 0002 04 1111 2222', '9002'), step('03 00c7 0002', '030400c700c8'), step('03 ffff 0001', '0302ffff')],
  },
  { ids: ['MB-APP-22-01'], name: 'FC22 has 7 bytes and echoes', steps: [step('16 0012 00f2 00', '9603'), step('16 0012 00f2 0025', '16001200f20025')] },
  {
    ids: ['MB-APP-22-02'],
    name: 'FC22 masks 12 with F2 and 25 to 17',
    steps: [step('06 0004 0012', '0600040012'), step('16 0004 00f2 0025', '16000400f20025'), step('03 0004 0001', '03020017')],
  },
  {
    ids: ['MB-APP-22-03'],
    name: 'FC22 of no register, or a read-only one',
    steps: [step('16 00c9 0000 ffff', '9602'), step('16 00c8 0000 ffff', '9602'), step('03 00c8 0001', '030200c8')],
  },
  {
    ids: ['MB-APP-23-01', 'MB-APP-23-05'],
    name: 'FC23 writes one range and answers with another',
    steps: [step('17 0003 0006 000e 0003 06 00ff 00ff 00ff', `170c${counting(3, 6)}`), step('03 000e 0003', '030600ff00ff00ff')],
  },
  {
    ids: ['MB-APP-23-02'],
    name: 'FC23 writes before it reads',
    steps: [step('17 0000 0003 0001 0001 02 abcd', '17060000abcd0002')],
  },
  {
    ids: ['MB-APP-23-03'],
    name: 'FC23 reads 1 to 125 and writes 1 to 121 registers',
    steps: [
      step(`17 0000 007d 0000 0079 f2 ${counting(500, 121)}`, `17fa${counting(500, 121)}${counting(121, 4)}`),
      step('17 0000 0000 0000 0001 02 1234', '9703'),
      step('17 0000 007e 0000 0001 02 1234', '9703'),
      step('17 0000 0001 0000 0000 00', '9703'),
      step(`17 0000 0001 0000 007a f4 ${times(121, '0000')}`, '9703'),
      step('17 0000 0001 0000 0002 02 1234', '9703'),
      step('17 0000 0001 0000 0001 02 12', '9703'),
    ],
  },
  {
    ids: ['MB-APP-23-04'],
    name: 'FC23 with one bad range writes nothing',
    steps: [step('17 00c8 0002 0000 0001 02 1234', '9702'), step('17 0000 0001 00c7 0002 04 1234 5678', '9702'), step('03 0000 0001', '03020000'), step('03 00c7 0001', '030200c7')],
  },
  { ids: ['MB-APP-24-01'], name: 'FC24 has 3 bytes', steps: [step('18 00', '9803'), step('18 0000 00', '9803')] },
  {
    ids: ['MB-APP-24-02'],
    name: 'FC24 answers with the count and that many registers, and leaves them there',
    steps: [
      step('18 0002', '180006000200030004'),
      step('18 0002', '180006000200030004'),
      step('18 0000', '1800020000'),
      step('18 001f', `180040001f${counting(32, 31)}`),
    ],
  },
  {
    ids: ['MB-APP-24-03'],
    name: 'FC24 of no register gives 02, of a queue longer than 31 gives 03',
    steps: [step('18 00c9', '9802'), step('18 0020', '9803'), step('06 00c7 0005', '0600c70005'), step('18 00c7', '9802')],
  },
];

interface BitData {
  /** The worked example of the standard, and what it answers. */
  readonly example: string;
  readonly answered: string;
  /** The 2000 bits from address 48 on. */
  readonly all: string;
}

/** FC 01 and 02 by their numbers. */
function bitReads(code: string, refused: string, id: string, what: string, { example, answered, all }: BitData): readonly Probe[] {
  return [
    { ids: [`${id}-01`], name: `FC${code} has 5 bytes`, steps: [step(`${code} 0000 00`, `${refused}03`), step(`${code} 0000 0001 00`, `${refused}03`), step(code, `${refused}03`)] },
    { ids: [`${id}-02`], name: `FC${code} of 0 and of 2001 ${what}`, steps: ['0000', '07d1', 'ffff'].map((quantity) => step(`${code} 0000 ${quantity}`, `${refused}03`)) },
    {
      ids: [`${id}-03`],
      name: `FC${code} of 1 and of 2000 ${what}`,
      steps: [step(`${code} 0000 0001`, `${code}0100`), step(`${code} 0030 07d0`, `${code}fa${all}`), step(`${code} ffff 0001`, `${code}0100`)],
    },
    { ids: [`${id}-04`, 'MB-APP-GEN-05'], name: `FC${code} packs ${what} as in the example`, steps: [step(`${code} ${example}`, `${code}03${answered}`)] },
    {
      ids: [`${id}-05`],
      name: `FC${code} past the last of the ${what}`,
      steps: [step(`${code} 07fe 0002`, `${code}0100`), step(`${code} 07ff 0002`, `${refused}02`), step(`${code} ffff 0002`, `${refused}02`), step(`${code} 0800 0001`, `${refused}02`)],
    },
  ];
}

/** FC 03 and 04 by their numbers; register n of the table holds `offset` + n. */
function registerReads(code: string, refused: string, id: string, what: string, offset: number): readonly Probe[] {
  const last = code === '03' ? '00c8' : '00c7';
  return [
    { ids: [`${id}-01`], name: `FC${code} has 5 bytes`, steps: [step(`${code} 0000 00`, `${refused}03`), step(`${code} 0000 0001 00`, `${refused}03`), step(code, `${refused}03`)] },
    { ids: [`${id}-02`], name: `FC${code} of 0, 126 and 65535 ${what}`, steps: ['0000', '007e', 'ffff'].map((quantity) => step(`${code} 0000 ${quantity}`, `${refused}03`)) },
    {
      ids: [`${id}-03`, `${id}-04`, 'MB-APP-GEN-07'],
      name: `FC${code} of 1 and of 125 ${what}, high byte first`,
      steps: [step(`${code} 0007 0001`, `${code}02${counting(offset + 7, 1)}`), step(`${code} 0010 007d`, `${code}fa${counting(offset + 16, 125)}`)],
    },
    {
      ids: [`${id}-05`, 'MB-APP-EXC-05'],
      name: `FC${code} past the last of the ${what}, without wrap-around`,
      steps: [
        step(`${code} ${last} 0001`, `${code}02${counting(offset + Number.parseInt(last, 16), 1)}`),
        step(`${code} ${last} 0002`, `${refused}02`),
        step(`${code} ffff 0001`, `${code}02${code === '03' ? 'ffff' : '00ff'}`),
        step(`${code} ffff 0002`, `${refused}02`),
      ],
    },
  ];
}
