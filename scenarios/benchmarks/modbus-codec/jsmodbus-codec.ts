import { z } from '../../../hil/runtime/schema.ts';
import type { Contender } from '../benchmark.ts';
import { loadPeer, peerVersion } from '../load-peer.ts';
import { codecContender, codecRegisters, CODEC_ADDRESS, CODEC_TRANSACTION_ID, CODEC_UNIT_ID, type CodecOperations } from './codec-cases.ts';

interface Body {
  readonly byteCount: number;
}
interface RequestBody extends Body {
  readonly start: number;
  readonly count: number;
}
interface ResponseBody extends Body {
  readonly valuesAsArray: ArrayLike<number>;
}
interface Frame<B> {
  readonly body: B;
  createPayload(): Buffer;
}
interface RequestFrames<Arguments extends readonly unknown[]> {
  new (...fields: Arguments): Frame<RequestBody>;
  fromBuffer(bytes: Buffer): Frame<RequestBody> | null;
}
interface ResponseFrames {
  fromRequest(request: Frame<RequestBody>, body: ResponseBody): Frame<ResponseBody>;
  fromBuffer(bytes: Buffer): Frame<ResponseBody> | null;
}
interface ReadRequestBodies {
  new (start: number, count: number): RequestBody;
}
interface ReadResponseBodies {
  fromRequest(request: RequestBody, registers: Buffer): ResponseBody;
}
type TcpRequests = RequestFrames<[id: number, protocol: number, length: number, unitId: number, body: RequestBody]>;
type RtuRequests = RequestFrames<[unitId: number, body: RequestBody]>;

const PACKAGE = 'jsmodbus';

/**
 * The classes that the client and server of jsmodbus are made of. The response is made from a Buffer of registers, as its
 * server does, which is its fastest way. Its response decoders check neither CRC nor byte count.
 */
export const jsmodbusCodec: Contender = {
  name: PACKAGE,
  role: 'peer',
  open: async ({ clock }) => codecContender(PACKAGE, peerVersion(PACKAGE), await operations(), clock),
};

async function operations(): Promise<CodecOperations> {
  const requestBodies = await classOf<ReadRequestBodies>('dist/request/read-holding-registers.js');
  const responseBodies = await classOf<ReadResponseBodies>('dist/response/read-holding-registers.js');
  const tcpRequests = await classOf<TcpRequests>('dist/tcp-request.js');
  const tcpResponses = await classOf<ResponseFrames>('dist/tcp-response.js');
  const rtuRequests = await classOf<RtuRequests>('dist/rtu-request.js');
  const rtuResponses = await classOf<ResponseFrames>('dist/rtu-response.js');
  const body = (count: number): RequestBody => new requestBodies(CODEC_ADDRESS, count);
  const tcp = (count: number): Buffer => {
    const asked = body(count);
    return new tcpRequests(CODEC_TRANSACTION_ID, 0, asked.byteCount + 1, CODEC_UNIT_ID, asked).createPayload();
  };
  const rtu = (count: number): Buffer => new rtuRequests(CODEC_UNIT_ID, body(count)).createPayload();
  return {
    'tcp-10': exchange(10, tcp, tcpRequests, tcpResponses, responseBodies),
    'tcp-125': exchange(125, tcp, tcpRequests, tcpResponses, responseBodies),
    'rtu-10': exchange(10, rtu, rtuRequests, rtuResponses, responseBodies),
    'rtu-125': exchange(125, rtu, rtuRequests, rtuResponses, responseBodies),
  };
}

function exchange(
  count: number,
  encodeRequest: (count: number) => Buffer,
  requests: Pick<TcpRequests | RtuRequests, 'fromBuffer'>,
  responses: ResponseFrames,
  responseBodies: ReadResponseBodies,
): () => number {
  const registers = Buffer.alloc(count * 2);
  for (const [index, value] of codecRegisters(count).entries()) registers.writeUInt16BE(value, index * 2);
  return () => {
    const asked = requests.fromBuffer(encodeRequest(count));
    if (asked === null) return -1;
    const answered = responses.fromBuffer(responses.fromRequest(asked, responseBodies.fromRequest(asked.body, registers)).createPayload());
    return answered?.body.valuesAsArray[count - 1] ?? -1;
  };
}

/**
 * The class a module of jsmodbus exports as its default, through Node's and its own wrapping of CommonJS. That it has the
 * members used here is shown by the results, each of which is compared with the expected one.
 */
async function classOf<Class>(path: string): Promise<Class> {
  const constructor = z.custom<Class>((value) => typeof value === 'function');
  const { default: exported } = loadPeer(PACKAGE, path, z.object({ default: z.object({ default: constructor }) }));
  return exported.default;
}
