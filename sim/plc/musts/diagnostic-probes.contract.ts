import { SERIAL, step, times, type Probe } from './probe.contract.ts';

const READ = step('03 0000 0001', '03020000');
const REFUSED = step('03 0000 0000', '8303');
const RESTART = step('08 0001 0000', '0800010000');

/** Function codes 7, 8, 11, 12 and 17: on TCP too, where this server offers them. */
export const DIAGNOSTIC_PROBES: readonly Probe[] = [
  {
    ids: ['MB-APP-07-01', 'MB-APP-07-02'],
    name: 'FC07 shows eight coils',
    steps: [step('07', '0700'), step('0f 0000 0008 01 6d', '0f00000008'), step('07', '076d'), step('07 00', '8703')],
  },
  {
    ids: ['MB-APP-08-01'],
    name: 'FC08 repeats its sub-function; without one it is no request',
    steps: [step('08 0002 0000', '0800020000'), step('08 000c 0000', '08000c0000'), step('08', '8803'), step('08 00', '8803')],
  },
  {
    ids: ['MB-APP-08-02'],
    name: 'FC08/0 returns data of any length',
    steps: ['a537', '', '01', '01020304', '010300000001840a', times(250, '5a')].map((data) => step(`08 0000 ${data}`, `080000${data}`)),
  },
  {
    ids: ['MB-APP-08-03'],
    name: 'FC08 with wrong data',
    steps: ['0001 1234', '0001 ff', '0002 0001', '0003 0a01', '0004 0001', '000a ffff', '000b', '0014 0001', '0012 000000'].map((rest) => step(`08 ${rest}`, '8803')),
  },
  {
    ids: ['MB-APP-08-04'],
    name: 'FC08/1 answers, clears the counters and keeps the log, or with FF00 clears it too',
    steps: [
      READ,
      step('08 000b 0000', '08000b0002'),
      RESTART,
      step('08 000b 0000', '08000b0001'),
      step('08 000d 0000', '08000d0000'),
      step('0b', '0b00000002'),
      step('0c', '0c14 0000 0002 0004 80 4080 4080 4080 00 4080 4080 4080'),
      step('08 0001 ff00', '080001ff00'),
      step('0c', '0c08000000000001 80 00'),
    ],
  },
  {
    ids: ['MB-APP-08-05', 'MB-APP-08-08'],
    name: 'FC08/4: heard but neither executed nor answered, until FC08/1, which is not answered either',
    steps: [
      step('08 0004 0000', 'silence'),
      step('03 0000 0001', 'silence'),
      step('06 0000 1234', 'silence'),
      step('08 0000 a537', 'silence'),
      step('08 0001 1234', 'silence'),
      step('41', 'silence'),
      step('08 0001 0000', 'silence'),
      READ,
    ],
  },
  { ids: ['MB-APP-08-06'], name: 'FC08/2 returns the diagnostic register', steps: [step('08 0002 0000', '0800020000')] },
  {
    ids: ['MB-APP-08-09'],
    name: 'FC08/10 clears all counters, which start at zero',
    steps: [
      ...['000c', '000d', '000f', '0010', '0011', '0012'].map((sub) => step(`08 ${sub} 0000`, `08${sub}0000`)),
      REFUSED,
      step('08 000d 0000', '08000d0001'),
      step('08 000a 0000', '08000a0000'),
      ...['000c', '000d', '000f', '0010', '0011', '0012'].map((sub) => step(`08 ${sub} 0000`, `08${sub}0000`)),
      step('08 000b 0000', '08000b0007'),
    ],
  },
  {
    ids: ['MB-APP-08-10'],
    name: 'FC08/11, 13 and 14 count messages, exceptions and messages for this server',
    steps: [READ, READ, REFUSED, step('08 000b 0000', '08000b0004'), step('08 000d 0000', '08000d0001'), step('08 000e 0000', '08000e0006'), step('08 000f 0000', '08000f0000')],
  },
  {
    ids: ['MB-APP-08-10', 'MB-SER-ADR-05', 'MB-SER-CNT-01', 'MB-APP-EXC-04'],
    name: 'FC08/11 counts what is for others, /12 what has a wrong check value, and neither is answered',
    on: SERIAL,
    steps: [
      step('03 0000 0001', 'silence', { unit: 2 }),
      step('03 0000 0001', 'silence', { spoilt: true }),
      step('06 0000 1234', 'silence', { spoilt: true }),
      step('08 000b 0000', '08000b0002'),
      step('08 000c 0000', '08000c0002'),
      step('08 000e 0000', '08000e0003'),
      step('08 0002 0000', '0800020002'),
      step('08 000a 0000', '08000a0000'),
      step('08 0002 0000', '0800020000'),
      READ,
    ],
  },
  {
    ids: ['MB-APP-08-11'],
    name: 'FC08/16, 17 and 18 count NAK, busy and overruns; /20 clears the overruns',
    steps: [step('08 0010 0000', '0800100000'), step('08 0011 0000', '0800110000'), step('08 0012 0000', '0800120000'), step('08 0014 0000', '0800140000')],
  },
  { ids: ['MB-APP-11-01'], name: 'FC11 has a status and a count', steps: [step('0b', '0b00000000'), step('0b 00', '8b03')] },
  {
    ids: ['MB-APP-11-02'],
    name: 'FC11 counts successful messages, neither exceptions nor itself; FC08/1 and /10 clear it',
    steps: [
      READ,
      READ,
      REFUSED,
      step('0b', '0b00000002'),
      step('0b', '0b00000002'),
      step('08 000a 0000', '08000a0000'),
      step('0b', '0b00000000'),
      READ,
      RESTART,
      step('0b', '0b00000000'),
    ],
  },
  {
    ids: ['MB-APP-12-01'],
    name: 'FC12 has a byte count, status, event count, message count and events',
    steps: [READ, step('0c', '0c09 0000 0001 0002 80 4080'), step('0c 01', '8c03')],
  },
  {
    ids: ['MB-APP-12-02'],
    name: 'FC12 has the newest event first and at most 64',
    steps: [...Array.from({ length: 40 }, () => READ), REFUSED, step('0c', `0c46 0000 0028 002a 80 4180 ${times(30, '4080')}40`)],
  },
  {
    ids: ['MB-APP-12-03'],
    name: 'FC12 tells exceptions, listen-only mode and a restart',
    steps: [
      step('08 0004 0000', 'silence'),
      step('03 0000 0001', 'silence'),
      step('08 0001 0000', 'silence'),
      REFUSED,
      step('0c', '0c11000000000002 80 4180 00 60a0 60a0 04 4080'),
    ],
  },
  {
    ids: ['MB-APP-12-03', 'MB-SER-CNT-02', 'MB-SER-ADR-07', 'MB-APP-08-10', 'MB-SER-ADR-03'],
    name: 'a broadcast raises messages and unanswered; of a read it counts as an exception; FC12 tells both',
    on: SERIAL,
    steps: [
      step('06 0000 1234', 'silence', { unit: 0 }),
      step('03 0000 0001', 'silence', { unit: 0 }),
      step('06 0900 1234', 'silence', { unit: 0 }),
      step('03 0000 0001', 'silence', { spoilt: true }),
      step('0c', '0c0e000000010004 80 82 41c0 41c0 40c0'),
      step('08 000d 0000', '08000d0002'),
      step('08 000e 0000', '08000e0006'),
      step('08 000f 0000', '08000f0003'),
    ],
  },
  {
    ids: ['MB-APP-17-01'],
    name: 'FC17 has a server id, the run indicator and text',
    steps: [step('11', `110946ff${Buffer.from('Acme X1').toString('hex')}`), step('11 00', '9103')],
  },
  {
    ids: ['MB-SER-ADR-03', 'MB-SER-ADR-04'],
    name: 'a broadcast of each write is executed and not answered',
    on: SERIAL,
    steps: [
      ...['05 0004 ff00', '06 0000 1234', '0f 0010 0003 01 05', '10 0001 0002 04 aaaa bbbb', '15 09 06 0001 0000 0001 cafe', '16 0004 0000 5555', '17 0000 0001 0006 0001 02 7777'].map((write) =>
        step(write, 'silence', { unit: 0 }),
      ),
      step('01 0004 0001', '010101'),
      step('01 0010 0003', '010105'),
      step('03 0000 0007', '030e1234aaaabbbb0003555500057777'),
      step('14 07 06 0001 0000 0001', '1404 03 06 cafe'),
    ],
  },
  {
    ids: ['MB-SER-ADR-01', 'MB-SER-ADR-05', 'MB-SER-ADR-06'],
    name: 'only its own address is answered, under that address, and a frame for another changes nothing',
    on: SERIAL,
    steps: [...[2, 247, 248, 255].map((unit) => step('06 0000 1234', 'silence', { unit })), READ],
  },
];
