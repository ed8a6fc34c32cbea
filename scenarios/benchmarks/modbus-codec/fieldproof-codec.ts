import { crc16Modbus } from '../../../hil/protocols/modbus/crc16.ts';
import { decodeRequest } from '../../../hil/protocols/modbus/decode-request.ts';
import { decodeResponse } from '../../../hil/protocols/modbus/decode-response.ts';
import { encodeRequest } from '../../../hil/protocols/modbus/encode-request.ts';
import { encodeResponse } from '../../../hil/protocols/modbus/encode-response.ts';
import type { ModbusRequest } from '../../../hil/protocols/modbus/request.ts';
import { decodeRtu, encodeRtu } from '../../../hil/protocols/modbus/rtu.ts';
import { decodeTcp, encodeTcp } from '../../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../../hil/protocols/modbus/unit-id.ts';
import type { Contender } from '../benchmark.ts';
import { ownVersion } from '../own-version.ts';
import {
  codecContender,
  codecRegisters,
  CODEC_ADDRESS,
  CODEC_TRANSACTION_ID,
  CODEC_UNIT_ID,
  crcInput,
  type CodecOperations,
} from './codec-cases.ts';

/** Our codecs, with every check they make: framing, CRC, and that the response answers the request. */
export const fieldproofCodec: Contender = {
  name: 'fieldproof',
  role: 'ours',
  open: ({ clock }) => Promise.resolve(codecContender('fieldproof', ownVersion(), operations(), clock)),
};

function operations(): CodecOperations {
  const short = crcInput(6);
  const long = crcInput(253);
  return {
    'tcp-10': tcpExchange(10),
    'tcp-125': tcpExchange(125),
    'rtu-10': rtuExchange(10),
    'rtu-125': rtuExchange(125),
    'crc-6': () => crc16Modbus(short),
    'crc-253': () => crc16Modbus(long),
  };
}

function tcpExchange(quantity: number): () => number {
  const unit = unitId(CODEC_UNIT_ID);
  const registers = codecRegisters(quantity);
  return () => {
    const request: ModbusRequest = { kind: 'request', functionCode: 3, address: CODEC_ADDRESS, quantity };
    const asked = decodeTcp(encodeTcp(CODEC_TRANSACTION_ID, unit, encodeRequest(request)));
    if (asked.kind !== 'frame') return -1;
    const answered = decodeTcp(encodeTcp(asked.transactionId, asked.unitId, answer(asked.pdu, registers)));
    return answered.kind === 'frame' ? lastRegister(answered.pdu, request) : -1;
  };
}

function rtuExchange(quantity: number): () => number {
  const unit = unitId(CODEC_UNIT_ID);
  const registers = codecRegisters(quantity);
  return () => {
    const request: ModbusRequest = { kind: 'request', functionCode: 3, address: CODEC_ADDRESS, quantity };
    const asked = decodeRtu(encodeRtu(unit, encodeRequest(request)));
    if (asked.kind !== 'frame') return -1;
    const answered = decodeRtu(encodeRtu(asked.unitId, answer(asked.pdu, registers)));
    return answered.kind === 'frame' ? lastRegister(answered.pdu, request) : -1;
  };
}

/** The server's half, between its two framings. */
function answer(pdu: Uint8Array, registers: readonly number[]): Uint8Array {
  const request = decodeRequest(pdu);
  if (request.kind !== 'request' || request.functionCode !== 3) return new Uint8Array(1);
  return encodeResponse({ kind: 'response', functionCode: 3, values: registers });
}

function lastRegister(pdu: Uint8Array, request: ModbusRequest): number {
  const response = decodeResponse(pdu, request);
  return response.kind === 'response' && response.functionCode === 3 ? (response.values.at(-1) ?? -1) : -1;
}
