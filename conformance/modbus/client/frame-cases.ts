import { ASCII_CARRIAGE_RETURN, ASCII_COLON, ASCII_LINE_FEED, decodeAscii } from '../../../hil/protocols/modbus/ascii.ts';
import { uint16At } from '../../../hil/protocols/modbus/big-endian.ts';
import { decodeRequest } from '../../../hil/protocols/modbus/decode-request.ts';
import { rtuTiming } from '../../../hil/protocols/modbus/rtu-timing.ts';
import { decodeRtu } from '../../../hil/protocols/modbus/rtu.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { Carrier } from '../bench/carrier.ts';
import { holds } from '../bench/address-ranges.ts';
import type { ClientBench } from './client-bench.ts';
import type { ClientPurpose } from './client-purpose.ts';
import { polledRanges, type PolledRange } from './polled-ranges.ts';
import { expectNone, framesThat, watch, type WatchedFrame } from './watch.ts';

const PDU_BYTES_MAX = 253;
const MBAP_BYTES = 7;
const ADDRESSES = 65_536;
/** Reading functions, which nobody answers as a broadcast. */
const READING = [1, 2, 3, 4, 7, 11, 12, 17, 20, 23, 24, 43];
/** Instants are rounded, and the tester's own clock has a grain. */
const GAP_TOLERANCE_MS = 0.2;

/** What stands around the requests of a client, and where they lead. */
export const FRAME_PURPOSES: readonly ClientPurpose[] = [
  {
    area: 'PDU',
    number: 1,
    statements: ['MB-APP-GEN-01'],
    purpose: 'No request PDU is longer than 253 bytes',
    caughtBy: 'sends-long-pdu',
    run: (bench) => expectFrames(bench, (frame) => (pduBytes(frame, bench.carrier) > PDU_BYTES_MAX ? `a PDU of ${pduBytes(frame, bench.carrier)} bytes` : undefined)),
  },
  {
    area: 'PDU',
    number: 2,
    statements: ['MB-APP-GEN-04'],
    purpose: 'No request has function code 0 or one from 128 on',
    caughtBy: 'sends-exception-codes',
    run: (bench) =>
      expectRequests(bench, ({ pdu }) => {
        const functionCode = pdu[0] ?? 0;
        return functionCode === 0 || functionCode >= 0x80 ? `a request with function code ${functionCode}` : undefined;
      }),
  },
  {
    area: 'PDU',
    number: 3,
    statements: ['MB-APP-GEN-07'],
    purpose: 'Addresses and quantities travel most significant byte first: what is read are the declared addresses',
    requires: ['MAP'],
    caughtBy: 'swaps-address-bytes',
    run: (bench) => expectInsideMap(bench, ({ first, count, swapped }) => (swapped ? `asks for ${count} from address ${first} on, which with swapped bytes are the declared ones` : undefined)),
  },
  {
    area: 'PDU',
    number: 4,
    statements: ['MB-APP-GEN-10'],
    purpose: 'No request passes PDU address 65535',
    caughtBy: 'passes-last-address',
    run: (bench) => expectRanges(bench, ({ first, count }) => (first + count > ADDRESSES ? `a request for ${count} from address ${first} on` : undefined)),
  },
  {
    area: 'PDU',
    number: 5,
    statements: ['MB-APP-GEN-11'],
    purpose: 'Item n is asked for as PDU address n-1: every read stays inside the declared addresses',
    requires: ['MAP'],
    caughtBy: 'reads-one-too-far',
    run: (bench) => expectInsideMap(bench, ({ first, count, swapped }) => (swapped ? undefined : `asks for ${count} from PDU address ${first} on, which is not declared`)),
  },
  {
    area: 'PDU',
    number: 6,
    statements: ['MB-APP-03-01', 'MB-APP-01-01'],
    level: 'should',
    purpose: 'No read is for more than the client is configured to ask for at once',
    requires: ['GROUPING'],
    caughtBy: 'ignores-grouping-limit',
    run: (bench) =>
      expectRanges(bench, ({ count, table, writes }) => {
        const { groupBitsMax = Infinity, groupRegistersMax = Infinity } = bench.declared;
        const max = table === 'coils' || table === 'discreteInputs' ? groupBitsMax : groupRegistersMax;
        return !writes && count > max ? `a read of ${count}, the configured most is ${max}` : undefined;
      }),
  },
  {
    area: 'MBAP',
    number: 1,
    statements: ['MB-APP-GEN-03'],
    on: 'tcp',
    purpose: 'No request takes more than 260 bytes on TCP',
    caughtBy: 'sends-long-pdu',
    run: (bench) => expectFrames(bench, ({ bytes }) => (bytes.length > PDU_BYTES_MAX + MBAP_BYTES ? `a frame of ${bytes.length} bytes` : undefined)),
  },
  {
    area: 'MBAP',
    number: 2,
    statements: ['MB-TCP-MBAP-05'],
    on: 'tcp',
    purpose: 'The length of the header counts unit id and PDU, 2 to 254',
    caughtBy: 'states-wrong-length',
    run: (bench) =>
      expectFrames(bench, ({ bytes }) => {
        const length = uint16At(bytes, 4);
        return bytes.length >= MBAP_BYTES && length >= 2 && length <= 254 && length === bytes.length - 6 && !isOtherLength(bytes) ? undefined : `a header that states ${length} before ${hex(bytes)}`;
      }),
  },
  {
    area: 'MBAP',
    number: 3,
    statements: ['MB-TCP-MBAP-06'],
    on: 'tcp',
    purpose: 'No CRC or LRC follows the PDU',
    caughtBy: 'appends-crc-on-tcp',
    run: (bench) => expectFrames(bench, ({ bytes }) => (endsWithCrc(bytes) ? `a CRC behind the PDU: ${hex(bytes)}` : undefined)),
  },
  {
    area: 'MBAP',
    number: 4,
    statements: ['MB-TCP-MBAP-06'],
    on: 'tcp',
    purpose: 'The protocol id of every request is 0',
    caughtBy: 'sends-other-protocol',
    run: (bench) => expectFrames(bench, ({ bytes }) => (uint16At(bytes, 2) === 0 ? undefined : `protocol id ${uint16At(bytes, 2)}`)),
  },
  {
    area: 'CONNECTION',
    number: 1,
    statements: ['MB-TCP-CONN-03'],
    level: 'should',
    on: 'tcp',
    purpose: 'The connection stays open across transactions',
    requires: ['KEEPS_CONNECTION'],
    caughtBy: 'closes-after-each-answer',
    run: async (bench) => {
      const { frames, endings } = await watch(bench);
      const answered = frames.filter(({ answeredMs }) => answeredMs !== undefined).length;
      if (answered < 2) inconclusiveCase('the client asked less than twice');
      if (endings > 0) failCase(`the client ended ${endings} connections in the course of ${answered} transactions`);
    },
  },
  {
    area: 'RTU',
    number: 1,
    statements: ['MB-APP-GEN-02', 'MB-SER-RTU-08'],
    on: 'rtu',
    purpose: 'No RTU frame of the client is longer than 256 bytes',
    caughtBy: 'sends-long-pdu',
    run: (bench) => expectFrames(bench, ({ bytes }) => (bytes.length > 256 ? `a frame of ${bytes.length} bytes` : undefined)),
  },
  {
    area: 'RTU',
    number: 2,
    statements: ['MB-SER-CRC-01'],
    on: 'rtu',
    purpose: 'Every frame ends with the CRC over all its bytes, low byte first',
    caughtBy: 'sends-swapped-crc',
    run: (bench) => expectFrames(bench, ({ bytes }) => (decodeRtu(bytes).kind === 'frame' ? undefined : `no right CRC: ${hex(bytes)}`)),
  },
  {
    area: 'RTU',
    number: 3,
    statements: ['MB-SER-RTU-02', 'MB-SER-RTU-05'],
    on: 'rtu',
    purpose: 'Between an answer and the next request the line is silent for 3.5 characters (1.75 ms above 19200 bit/s)',
    caughtBy: 'keeps-no-silence',
    run: expectSilences,
  },
  {
    area: 'RTU',
    number: 4,
    statements: ['MB-SER-RTU-03'],
    on: 'rtu',
    purpose: 'A frame of the client is one continuous run: nothing stands before it or trails behind it',
    caughtBy: 'trails-bytes',
    run: (bench) => expectFrames(bench, ({ asked, bytes, because }) => (asked === undefined ? `${because}: ${hex(bytes)}` : undefined)),
  },
  {
    area: 'SERIAL',
    number: 1,
    statements: ['MB-SER-ADR-01'],
    on: 'serial',
    purpose: 'Requests are for units 1 to 247, and broadcasts are writes',
    caughtBy: 'asks-reserved-unit',
    run: (bench) =>
      expectRequests(bench, ({ unit, pdu }) => {
        if (unit > 247) return `a request for unit ${unit}`;
        return unit === 0 && READING.includes(pdu[0] ?? 0) ? `a broadcast of function ${pdu[0] ?? 0}, which reads` : undefined;
      }),
  },
  {
    area: 'ASCII',
    number: 1,
    statements: ['MB-SER-ASC-01'],
    level: 'info',
    on: 'ascii',
    purpose: 'Every byte is two upper-case hexadecimal digits',
    caughtBy: 'sends-lower-case',
    run: (bench) => expectFrames(bench, ({ bytes }) => (/^:[0-9A-F]+\r\n$/u.test(text(bytes)) ? undefined : `the frame ${JSON.stringify(text(bytes))}`)),
  },
  {
    area: 'ASCII',
    number: 2,
    statements: ['MB-SER-ASC-02'],
    on: 'ascii',
    purpose: 'Every frame starts with a colon and ends with CR LF',
    caughtBy: 'ends-without-cr',
    run: (bench) =>
      expectFrames(bench, ({ bytes }) => {
        const isFramed = bytes[0] === ASCII_COLON && bytes.at(-2) === ASCII_CARRIAGE_RETURN && bytes.at(-1) === ASCII_LINE_FEED;
        return isFramed ? undefined : `the frame ${JSON.stringify(text(bytes))}`;
      }),
  },
  {
    area: 'ASCII',
    number: 3,
    statements: ['MB-SER-ASC-05'],
    on: 'ascii',
    purpose: "The LRC is the two's complement of the sum of the bytes",
    caughtBy: 'sends-wrong-lrc',
    run: (bench) => expectFrames(bench, ({ bytes }) => (decodeAscii(new Uint8Array(Buffer.from(text(bytes).toUpperCase(), 'latin1'))).kind === 'frame' ? undefined : `no right LRC: ${JSON.stringify(text(bytes))}`)),
  },
  {
    area: 'ASCII',
    number: 4,
    statements: ['MB-SER-ASC-06'],
    on: 'ascii',
    purpose: 'No ASCII frame of the client is longer than 513 characters',
    caughtBy: 'sends-long-pdu',
    run: (bench) => expectFrames(bench, ({ bytes }) => (bytes.length > 513 ? `a frame of ${bytes.length} characters` : undefined)),
  },
];

async function expectFrames(bench: ClientBench, problemOf: (frame: WatchedFrame) => string | undefined): Promise<void> {
  expectNone(await framesThat(bench, 'anything', () => true), problemOf);
}

async function expectRequests(bench: ClientBench, problemOf: (asked: NonNullable<WatchedFrame['asked']>) => string | undefined): Promise<void> {
  expectNone(await framesThat(bench, 'a request', ({ asked }) => asked !== undefined), ({ asked }) => (asked === undefined ? undefined : problemOf(asked)));
}

/** Judges each range of addresses that the requests name. */
async function expectRanges(bench: ClientBench, problemOf: (range: PolledRange) => string | undefined): Promise<void> {
  const frames = await framesThat(bench, 'a request that names addresses', ({ asked }) => asked !== undefined && polledRanges(asked.pdu).length > 0);
  expectNone(frames, ({ asked }) => (asked === undefined ? undefined : polledRanges(asked.pdu).map(problemOf).find((problem) => problem !== undefined)));
}

/** Judges the reads that leave the declared addresses. `swapped`: inside them when the bytes are swapped. */
async function expectInsideMap(bench: ClientBench, problemOf: (range: PolledRange & { readonly swapped: boolean }) => string | undefined): Promise<void> {
  const { polls } = bench.declared;
  await expectRanges(bench, (range) => {
    const declared = polls[range.table];
    if (range.writes || declared.length === 0 || holds(declared, range.first, range.count)) return undefined;
    const swapped = [range.count, swap(range.count)].some((count) => [range.first, swap(range.first)].some((first) => holds(declared, first, count)));
    return problemOf({ ...range, swapped });
  });
}

function swap(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}

/** Silence from the moment that the tester began to answer: its answer takes time on the line too, so this never asks too much. */
async function expectSilences(bench: ClientBench): Promise<void> {
  const { silenceMs } = rtuTiming(bench.declared.baudRate);
  const { frames } = await watch(bench);
  let gaps = 0;
  frames.forEach((frame, index) => {
    const answeredMs = frames[index - 1]?.answeredMs;
    if (answeredMs === undefined) return;
    gaps += 1;
    const gapMs = frame.tMs - answeredMs;
    if (gapMs < silenceMs - GAP_TOLERANCE_MS) failCase(`a request came ${gapMs.toFixed(3)} ms after the answer before it had begun; 3.5 characters are ${silenceMs.toFixed(3)} ms`);
  });
  if (gaps === 0) inconclusiveCase('the client never sent a request after an answer');
}

/** Whether the header cuts the PDU where its function code does not end it: functions 1 to 6 always take 5 bytes. */
function isOtherLength(bytes: Uint8Array): boolean {
  const pdu = bytes.subarray(MBAP_BYTES);
  const functionCode = pdu[0] ?? 0;
  return functionCode >= 1 && functionCode <= 6 && pdu.length !== 5;
}

/** Two bytes more than a good request, which are the CRC of unit id and PDU. */
function endsWithCrc(bytes: Uint8Array): boolean {
  const body = bytes.subarray(MBAP_BYTES - 1);
  return decodeRtu(body).kind === 'frame' && decodeRequest(body.subarray(1, -2)).kind === 'request';
}

function pduBytes({ bytes }: WatchedFrame, carrier: Carrier): number {
  if (carrier === 'tcp') return bytes.length - MBAP_BYTES;
  return carrier === 'rtu' ? bytes.length - 3 : (bytes.length - 3) / 2 - 2;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 32)).toString('hex');
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
