import { putUint16, uint16At } from '../../../hil/protocols/modbus/big-endian.ts';
import { encodeResponse } from '../../../hil/protocols/modbus/encode-response.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { Asked, ClientBench } from './client-bench.ts';
import type { ClientPurpose } from './client-purpose.ts';
import type { ClientWrite } from './declared-client.ts';

interface EchoedWrite {
  readonly functionCode: number;
  readonly number: number;
  readonly statement: string;
  readonly what: ClientWrite;
  /** Which bytes of the echo are wrong. */
  readonly field: 'address' | 'value';
}

const ECHOED: readonly EchoedWrite[] = [
  { functionCode: 5, number: 11, statement: 'MB-APP-05-06', what: 'writeCoil', field: 'value' },
  { functionCode: 5, number: 12, statement: 'MB-APP-05-06', what: 'writeCoil', field: 'address' },
  { functionCode: 6, number: 11, statement: 'MB-APP-06-04', what: 'writeRegister', field: 'value' },
  { functionCode: 6, number: 12, statement: 'MB-APP-06-04', what: 'writeRegister', field: 'address' },
  { functionCode: 15, number: 11, statement: 'MB-APP-16-07', what: 'writeCoils', field: 'value' },
  { functionCode: 15, number: 12, statement: 'MB-APP-16-07', what: 'writeCoils', field: 'address' },
  { functionCode: 16, number: 11, statement: 'MB-APP-16-07', what: 'writeRegisters', field: 'value' },
  { functionCode: 16, number: 12, statement: 'MB-APP-16-07', what: 'writeRegisters', field: 'address' },
];

/** More pages than 256 objects can fill. */
const PAGES_MAX = 300;
const MORE_OBJECTS = 3;
const DEVICE_IDENTIFICATION = 43;

/** Answers to writes that are no confirmation, and identifications in several answers. */
export const WRITE_PURPOSES: readonly ClientPurpose[] = [
  ...ECHOED.map(echoPurpose),
  {
    area: 'FC43',
    number: 1,
    statements: ['MB-APP-43-09'],
    purpose: 'While more objects follow, the client asks again with the object id that it was given',
    requires: ['FC43'],
    caughtBy: 'stops-at-first-page',
    run: expectNextPages,
  },
  {
    area: 'FC43',
    number: 2,
    statements: ['MB-APP-43-09'],
    purpose: 'A client that is led in a circle by its next object id gives up',
    requires: ['FC43'],
    caughtBy: 'follows-pages-for-ever',
    run: expectEndOfCircle,
  },
];

function echoPurpose({ functionCode, number, statement, what, field }: EchoedWrite): ClientPurpose {
  const item = `FC${String(functionCode).padStart(2, '0')}`;
  return {
    area: item,
    number,
    statements: [statement],
    purpose: `An answer to function ${functionCode} with another ${field === 'value' && functionCode > 6 ? 'quantity' : field} is no confirmation of the write`,
    requires: [`TRIGGER_${item}`],
    caughtBy: `takes-any-echo-fc${String(functionCode).padStart(2, '0')}`,
    run: (bench) => expectWriteFails(bench, functionCode, what, field),
  };
}

/** First the write has to succeed with a good answer, so that its failure afterwards says something. */
async function expectWriteFails(bench: ClientBench, functionCode: number, what: ClientWrite, field: 'address' | 'value'): Promise<void> {
  const good = await outcomeOfWrite(bench, what, async () => 'serve');
  if (good !== 'done') inconclusiveCase(`with good answers the client says ${good ?? 'nothing'} of its write within ${bench.declared.observeWithinMs} ms`);
  let given = 0;
  const bad = await outcomeOfWrite(bench, what, async (asked) => {
    if (asked.pdu[0] !== functionCode) return 'serve';
    given += 1;
    await bench.sendBytes(bench.frame(asked, wrongEcho(asked, field)));
    return 'done';
  });
  if (given === 0) inconclusiveCase(`the client did not write with function ${functionCode}`);
  if (bad === 'done') failCase(`the client says that its write is done, though ${given} answers repeated another ${field}`);
}

async function outcomeOfWrite(bench: ClientBench, what: ClientWrite, reply: (asked: Asked) => Promise<'serve' | 'done'>): Promise<'done' | 'failed' | undefined> {
  if (bench.connections === 0) {
    await bench.connected();
    if (bench.isSerial) await bench.serveFirst();
  }
  let outcome: 'done' | 'failed' | undefined;
  await bench.begin(what);
  await bench.serveUntil(
    bench.declared.observeWithinMs,
    async () => {
      outcome = await bench.outcome(what);
      return outcome !== undefined;
    },
    reply,
  );
  return outcome;
}

/** The first five bytes of the request, one field of them changed. */
function wrongEcho({ pdu }: Asked, field: 'address' | 'value'): Uint8Array {
  const echo = Uint8Array.from(pdu.subarray(0, 5));
  const at = field === 'address' ? 1 : 3;
  const isCoil = pdu[0] === 5 && field === 'value';
  putUint16(echo, at, isCoil ? uint16At(echo, at) ^ 0xff00 : uint16At(echo, at) ^ 1);
  return echo;
}

/** Serves an identification that comes one object at a time. */
async function expectNextPages(bench: ClientBench): Promise<void> {
  await bench.connected();
  let page = 0;
  await bench.serveUntil(bench.declared.patienceMs, () => page > MORE_OBJECTS, async (asked) => {
    if (asked.pdu[0] !== DEVICE_IDENTIFICATION || asked.pdu[1] !== 14) return 'serve';
    const objectId = asked.pdu[3] ?? 0;
    if (page > MORE_OBJECTS) return 'serve';
    if (page > 0 && objectId !== page) failCase(`more objects follow from ${page} on, and the client asks for object ${objectId}`);
    await bench.sendBytes(bench.frame(asked, pageAnswer(asked, page, page < MORE_OBJECTS ? page + 1 : 0)));
    page += 1;
    return 'done';
  });
  if (page === 0) inconclusiveCase('the client never asked for the device identification; declare FC43: false if it never does');
  if (page <= MORE_OBJECTS) failCase(`${page} of ${MORE_OBJECTS + 1} answers said that more objects follow, and the client did not ask for them within ${bench.declared.patienceMs} ms`);
}

/** Every answer says that object 1 comes next. */
async function expectEndOfCircle(bench: ClientBench): Promise<void> {
  await bench.connected();
  let pages = 0;
  let longest = 0;
  await bench.serveUntil(bench.declared.watchMs, () => longest > PAGES_MAX, async (asked) => {
    if (asked.pdu[0] !== DEVICE_IDENTIFICATION || asked.pdu[1] !== 14) return 'serve';
    pages = asked.pdu[3] === 1 ? pages + 1 : 1;
    longest = Math.max(longest, pages);
    await bench.sendBytes(bench.frame(asked, pageAnswer(asked, asked.pdu[3] ?? 0, 1)));
    return 'done';
  });
  if (longest === 0) inconclusiveCase('the client never asked for the device identification; declare FC43: false if it never does');
  if (longest > PAGES_MAX) failCase(`the client followed ${longest} answers that lead in a circle`);
}

/** @param next - The object that follows; 0: none. */
function pageAnswer({ pdu }: Asked, id: number, next: number): Uint8Array {
  const readCode = pdu[2] === 2 ? 2 : pdu[2] === 3 ? 3 : 1;
  const value = new TextEncoder().encode(`object ${id}`);
  return encodeResponse({ kind: 'response', functionCode: 43, readCode, conformityLevel: 3, moreFollows: next !== 0, nextObjectId: next, objects: [{ id, value }] });
}
