import { decodeRequest } from '../../protocols/modbus/decode-request.ts';
import { encodeResponse } from '../../protocols/modbus/encode-response.ts';
import type { ModbusRequest, RefusedRequest } from '../../protocols/modbus/request.ts';
import { createRtuFramer } from '../../protocols/modbus/rtu-framer.ts';
import { decodeTcp, encodeTcp } from '../../protocols/modbus/tcp.ts';
import type { UnitId } from '../../protocols/modbus/unit-id.ts';
import { realClock } from '../../runtime/real-clock.ts';
import type { ByteLink } from '../../transport/byte-link.ts';
import { listenTcp } from '../../transport/tcp-link.ts';

/** What a scripted server knows: plain reads and writes. It ignores anything else. */
export type PlainRequest = Extract<ModbusRequest, { functionCode: 1 | 2 | 3 | 4 | 5 | 6 | 15 | 16 }>;

/** A request as it arrived, and the link to do anything with. */
export interface ScriptedRequest {
  readonly transactionId: number;
  readonly unitId: UnitId;
  readonly pdu: Uint8Array;
  readonly request: PlainRequest;
  readonly link: ByteLink;
}

export type Script = (request: ScriptedRequest) => void;

/** The PDU a plain server answers: every register holds its own address, every bit with an even address is set. */
export function plainAnswer(request: PlainRequest): Uint8Array {
  switch (request.functionCode) {
    case 1:
    case 2:
      return encodeResponse({ kind: 'response', functionCode: request.functionCode, values: range(request).map((address) => address % 2 === 0) });
    case 3:
    case 4:
      return encodeResponse({ kind: 'response', functionCode: request.functionCode, values: range(request) });
    case 5:
      return encodeResponse({ kind: 'response', functionCode: 5, address: request.address, value: request.value });
    case 6:
      return encodeResponse({ kind: 'response', functionCode: 6, address: request.address, value: request.value });
    case 15:
    case 16:
    default:
      return encodeResponse({ kind: 'response', functionCode: request.functionCode, address: request.address, quantity: request.values.length });
  }
}

/** Sends bytes; a client that is gone meanwhile is no concern of a script. */
export function sendBytes(link: ByteLink, bytes: Uint8Array): void {
  link.send(bytes).catch(() => undefined);
}

/** The frame of a plain answer over TCP. */
export function plainFrame({ transactionId, unitId, request }: ScriptedRequest): Uint8Array {
  return encodeTcp(transactionId, unitId, plainAnswer(request));
}

export const answerPlainly: Script = (request) => sendBytes(request.link, plainFrame(request));

/** Plays a Modbus TCP server on a link. */
export function playTcp(link: ByteLink, script: Script): void {
  let received = Buffer.alloc(0);
  link.onBytes((chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let decoded = decodeTcp(received); decoded.kind === 'frame'; decoded = decodeTcp(received)) {
      const { transactionId, unitId, pdu, byteCount } = decoded;
      const request = decodeRequest(pdu);
      received = received.subarray(byteCount);
      if (isPlain(request)) script({ transactionId, unitId, pdu, request, link });
    }
  });
}

/** Plays the server of a serial line on a link; transaction ids are all 0. */
export function playRtu(link: ByteLink, script: Script): void {
  const framer = createRtuFramer({ framing: 'length', direction: 'request', silenceMs: 50 });
  link.onBytes((chunk) => {
    for (const event of framer.push(chunk, realClock.nowMs())) {
      if (event.kind !== 'frame') continue;
      const request = decodeRequest(event.pdu);
      if (isPlain(request)) script({ transactionId: 0, unitId: event.unitId, pdu: event.pdu, request, link });
    }
  });
}

export interface ScriptedServer {
  readonly port: number;
  /** Links accepted so far, the newest last. */
  readonly links: readonly ByteLink[];
  /** What it does with each request from now on. */
  follow(script: Script): void;
  stop(): Promise<void>;
}

/** A Modbus TCP server on 127.0.0.1 that does what a script says, for every connection. */
export async function startScriptedServer(first: Script, port = 0): Promise<ScriptedServer> {
  let script = first;
  const links: ByteLink[] = [];
  const listener = await listenTcp({ host: '127.0.0.1', port }, (link) => {
    links.push(link);
    playTcp(link, (request) => script(request));
  });
  return {
    port: listener.port,
    links,
    follow: (next) => {
      script = next;
    },
    stop: async () => {
      for (const link of links) link.destroy();
      await listener.close();
    },
  };
}

function range({ address, quantity }: { readonly address: number; readonly quantity: number }): number[] {
  return Array.from({ length: quantity }, (_value, index) => address + index);
}

/** Whether a scripted server knows the request. */
export function isPlain(request: ModbusRequest | RefusedRequest): request is PlainRequest {
  return request.kind === 'request' && [1, 2, 3, 4, 5, 6, 15, 16].includes(request.functionCode);
}
