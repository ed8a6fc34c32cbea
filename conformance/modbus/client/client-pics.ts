import type { ConformanceCase } from '../../framework/conformance-case.ts';
import type { PicsItem } from '../../framework/pics.ts';
import type { Pixit } from '../../framework/pixit.ts';
import type { ClientValue } from './declared-client.ts';

const APPLICATION = 'MODBUS Application Protocol V1.1b3';
const SERIAL_LINE = 'Modbus over Serial Line V1.02';
const MESSAGING = 'MODBUS Messaging on TCP/IP V1.0b';

/** Function codes that a client may send, with their names. */
const FUNCTIONS: readonly (readonly [item: string, name: string, section: string])[] = [
  ['FC01', 'read coils', '6.1'],
  ['FC02', 'read discrete inputs', '6.2'],
  ['FC03', 'read holding registers', '6.3'],
  ['FC04', 'read input registers', '6.4'],
  ['FC05', 'write single coil', '6.5'],
  ['FC06', 'write single register', '6.6'],
  ['FC08', 'diagnostics', '6.8'],
  ['FC15', 'write multiple coils', '6.11'],
  ['FC16', 'write multiple registers', '6.12'],
  ['FC20', 'read file record', '6.14'],
  ['FC21', 'write file record', '6.15'],
  ['FC22', 'mask write register', '6.16'],
  ['FC23', 'read/write multiple registers', '6.17'],
  ['FC24', 'read FIFO queue', '6.18'],
  ['FC43', 'read device identification', '6.21'],
];

/** Items that hold only when these PIXIT values are given. */
const GIVEN_BY: Readonly<Record<string, readonly ClientValue[]>> = {
  OBSERVE_POINT: ['observe'],
  OBSERVE_COIL: ['observe', 'observedCoil'],
  OBSERVE_DISCRETE_INPUT: ['observe', 'observedDiscreteInput'],
  OBSERVE_HOLDING_REGISTER: ['observe', 'observedHoldingRegister'],
  OBSERVE_INPUT_REGISTER: ['observe', 'observedInputRegister'],
  TRIGGER_FC05: ['writeCoil'],
  TRIGGER_FC06: ['writeRegister'],
  TRIGGER_FC15: ['writeCoils'],
  TRIGGER_FC16: ['writeRegisters'],
  TRIGGER_BROADCAST: ['writeBroadcast'],
  RESPONSE_TIMEOUT: ['responseTimeoutMs'],
  RETRIES: ['retries', 'units'],
  TYPICAL_RATE: ['baudRate', 'responseTimeoutMs'],
};

/** Items that hold when any of these is given. */
const ANY_OF: Readonly<Record<string, readonly ClientValue[]>> = {
  OBSERVE_POINT: ['observedCoil', 'observedDiscreteInput', 'observedHoldingRegister', 'observedInputRegister'],
  MAP: ['coils', 'discreteInputs', 'holdingRegisters', 'inputRegisters'],
  GROUPING: ['groupRegistersMax', 'groupBitsMax'],
};

/** What a vendor of a Modbus client declares. Of a run, one carrier holds: that of the address. */
export const CLIENT_PICS: readonly PicsItem[] = [
  { name: 'TCP', question: 'Does it speak Modbus TCP? Of a run, the carrier of the address holds', byDefault: true, source: `${MESSAGING} section 3` },
  { name: 'RTU', question: 'Does it speak Modbus RTU?', byDefault: true, source: `${SERIAL_LINE} section 2.5.1` },
  { name: 'ASCII', question: 'Does it speak Modbus ASCII?', byDefault: true, source: `${SERIAL_LINE} section 2.5.2` },
  { name: 'SERIAL', question: 'Does it speak over serial lines? Follows from the carrier', byDefault: true, source: `${SERIAL_LINE} section 2` },
  ...FUNCTIONS.map(([name, words, section]): PicsItem => ({
    name,
    question: `Does it send function ${Number(name.slice(2))} (${words}) while it is under test? Declared and never sent is inconclusive`,
    byDefault: true,
    source: `${APPLICATION} section ${section}`,
  })),
  { name: 'SERIAL_CODES_ON_TCP', question: 'Does it send FC08 over TCP too?', byDefault: false, source: `${APPLICATION} section 6.8` },
  { name: 'PIPELINE', question: 'Has it several requests outstanding on a TCP connection?', byDefault: false, source: `${MESSAGING} section 4.4.1.2` },
  { name: 'VIA_GATEWAY', question: 'Does it reach its devices through a TCP gateway, so that unit ids tell them apart?', byDefault: false, source: `${MESSAGING} section 4.4.1.3` },
  { name: 'KEEPS_CONNECTION', question: 'Is it a poller (not a tool that asks once and ends)?', byDefault: true, source: `${MESSAGING} section 4.2.1.1` },
  { name: 'SILENCE_FRAMING', question: 'Does it end RTU answers by silence, on a line that keeps silences?', byDefault: false, source: `${SERIAL_LINE} section 2.5.1.1` },
  { name: 'OBSERVE_POINT', question: 'Are the PIXIT value observe and at least one observed point given?', byDefault: true, source: 'conformance pics modbus-client' },
  { name: 'MAP', question: 'Do the PIXIT values coils, discreteInputs, ... say what it polls?', byDefault: true, source: `${APPLICATION} section 4.4` },
  { name: 'GROUPING', question: 'Do the PIXIT values groupRegistersMax or groupBitsMax say what one read takes at most?', byDefault: true, source: `${APPLICATION} section 6` },
  ...Object.entries(GIVEN_BY).filter(([name]) => ANY_OF[name] === undefined).map(([name, values]): PicsItem => ({ name, question: `Are the PIXIT values ${values.join(' and ')} given?`, byDefault: true, source: 'conformance pics modbus-client' })),
];

/** Why the PIXIT values keep a case from running; undefined when they do not. */
export function unmetClientValue({ requires }: Pick<ConformanceCase, 'requires'>, { values }: Pixit): string | undefined {
  for (const item of requires) {
    const missing = (GIVEN_BY[item] ?? []).find((name) => values[name] === undefined);
    if (missing !== undefined) return `the declaration gives no ${missing} (PIXIT values)`;
    const any = ANY_OF[item];
    if (any !== undefined && any.every((name) => values[name] === undefined)) return `the declaration gives none of ${any.join(', ')} (PIXIT values)`;
  }
  return undefined;
}
