import type { Statement } from '../framework/catalogue.ts';
import type { Suite } from '../framework/suite.ts';
import { carrierOf } from './bench/carrier.ts';
import { declaredDevice, MODBUS_VALUES } from './bench/declared-device.ts';
import { createModbusCutter } from './bench/modbus-cutter.ts';
import { COUNTER_PURPOSES } from './server/counter-cases.ts';
import { describeModbusFrame } from './server/describe-frame.ts';
import { DIAGNOSTIC_PURPOSES } from './server/diagnostic-cases.ts';
import { EXCHANGE_PURPOSES } from './server/exchange-cases.ts';
import { FILE_PURPOSES } from './server/file-cases.ts';
import { GENERAL_PURPOSES } from './server/general-cases.ts';
import { IDENTIFICATION_PURPOSES } from './server/identification-cases.ts';
import { probeServer } from './server/probe-server.ts';
import { READ_PURPOSES } from './server/read-cases.ts';
import { ASCII_PURPOSES, RTU_PURPOSES, SERIAL_PURPOSES } from './server/serial-cases.ts';
import { SERVER_PICS } from './server/server-pics.ts';
import { serverCases, unmetNeed } from './server/server-purpose.ts';
import { TCP_PURPOSES } from './server/tcp-cases.ts';
import { SERVER_UNOBSERVABLE } from './server/unobservable.ts';
import { COIL_WRITE_PURPOSES, REGISTER_WRITE_PURPOSES, SINGLE_WRITE_PURPOSES } from './server/write-cases.ts';

const CASES = serverCases([
  ...READ_PURPOSES,
  ...SINGLE_WRITE_PURPOSES,
  ...COIL_WRITE_PURPOSES,
  ...REGISTER_WRITE_PURPOSES,
  ...EXCHANGE_PURPOSES,
  ...FILE_PURPOSES,
  ...IDENTIFICATION_PURPOSES,
  ...COUNTER_PURPOSES,
  ...DIAGNOSTIC_PURPOSES,
  ...GENERAL_PURPOSES,
  ...TCP_PURPOSES,
  ...SERIAL_PURPOSES,
  ...RTU_PURPOSES,
  ...ASCII_PURPOSES,
]);
const BY_ID = new Map(CASES.map((test) => [test.id, test]));

/**
 * Any Modbus server, over TCP, RTU or ASCII: the cases have the same ids on every carrier, and a run is on the carrier of its
 * address (`narrowToCarrier`). One case at a time, because all of them share the registers of one device.
 */
export const MODBUS_SERVER_SUITE: Suite = {
  name: 'modbus-server',
  subject: 'a Modbus server (TCP, RTU or ASCII)',
  scopes: [{ catalogue: 'modbus', binds: bindsServer }],
  pics: SERVER_PICS,
  cases: CASES,
  values: MODBUS_VALUES,
  unobservable: SERVER_UNOBSERVABLE,
  parallelMax: 1,
  cutFrames: (pics, pixit) => createModbusCutter(carrierOf(pics), pixit === undefined ? 0 : declaredDevice(pixit).frameGapMs),
  probe: probeServer,
  hindrance: ({ id }, pixit) => {
    const test = BY_ID.get(id);
    return test === undefined ? undefined : unmetNeed(test, pixit);
  },
  describeFrame: (bytes, from) => describeModbusFrame(bytes, from),
};

/** Statements for servers, and those for both sides. */
function bindsServer({ binds }: Statement): boolean {
  return binds === 'server' || binds === 'both';
}
