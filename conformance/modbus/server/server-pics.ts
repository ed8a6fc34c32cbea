import type { PicsItem } from '../../framework/pics.ts';

const SPECIFICATION = 'MODBUS Application Protocol V1.1b3';
const SERIAL = 'Modbus over Serial Line V1.02';

/** What a vendor of a Modbus server declares. A function that is declared false is tested for its refusal (exception 01). */
export const SERVER_PICS: readonly PicsItem[] = [
  { name: 'TCP', question: 'Does it serve Modbus TCP? (A run tests the carrier of its --sut address.)', byDefault: true, source: 'MODBUS Messaging on TCP/IP V1.0b' },
  { name: 'RTU', question: 'Does it serve RTU on a serial line?', byDefault: true, source: `${SERIAL} section 2.5.1` },
  { name: 'ASCII', question: 'Does it serve ASCII on a serial line?', byDefault: true, source: `${SERIAL} section 2.5.2` },
  { name: 'SERIAL', question: 'Does it serve a serial line at all?', byDefault: true, source: SERIAL },
  fc(1, 'read coils', true, '6.1'),
  fc(2, 'read discrete inputs', true, '6.2'),
  fc(3, 'read holding registers', true, '6.3'),
  fc(4, 'read input registers', true, '6.4'),
  fc(5, 'write single coil', true, '6.5'),
  fc(6, 'write single register', true, '6.6'),
  fc(7, 'read exception status', false, '6.7'),
  fc(8, 'diagnostics', false, '6.8'),
  fc(11, 'get comm event counter', false, '6.9'),
  fc(12, 'get comm event log', false, '6.10'),
  fc(15, 'write multiple coils', true, '6.11'),
  fc(16, 'write multiple registers', true, '6.12'),
  fc(17, 'report server id', false, '6.13'),
  fc(20, 'read file record', false, '6.14'),
  fc(21, 'write file record', false, '6.15'),
  fc(22, 'mask write register', false, '6.16'),
  fc(23, 'read/write multiple registers', false, '6.17'),
  fc(24, 'read FIFO queue', false, '6.18'),
  fc(43, 'read device identification (MEI type 14)', false, '6.21'),
  { name: 'CANOPEN', question: 'Does it offer CANopen over FC43 (MEI type 13)?', byDefault: false, source: `${SPECIFICATION} section 6.20` },
  { name: 'SERIAL_CODES_ON_TCP', question: 'Does it offer its FC07, 08, 11, 12 and 17 on TCP too?', byDefault: false, source: `${SPECIFICATION} section 5.1` },
  { name: 'USER_DEFINED_CODES', question: 'Does it use function codes 65 to 72 or 100 to 110?', byDefault: false, source: `${SPECIFICATION} section 5` },
  { name: 'LEGACY_CODES', question: 'Does it use codes that are reserved for legacy products (Annex A)?', byDefault: false, source: `${SPECIFICATION} Annex A` },
  { name: 'SEPARATE_TABLES', question: 'Are the four tables separate memories, not overlaid?', byDefault: false, source: `${SPECIFICATION} section 4.3` },
  { name: 'UNIT_ID_JUDGED', question: 'Does it judge the unit id on TCP (a gateway, or several units behind one address)?', byDefault: false, source: 'MODBUS Messaging on TCP/IP V1.0b section 4.4.1.2' },
  { name: 'BROADCAST', question: 'Does it execute broadcast writes on its serial line?', byDefault: true, source: `${SERIAL} section 2.1` },
  { name: 'SILENCE_FRAMING', question: 'Are RTU frames told apart by silence all the way (no USB adapter or converter that joins or tears them)?', byDefault: true, source: `${SERIAL} section 2.5.1.1` },
  diagnostics('RESTART', 'restart communications (1)'),
  diagnostics('REGISTER', 'the diagnostic register (2)'),
  diagnostics('END_CHARACTER', 'another end of ASCII frames (3)'),
  diagnostics('LISTEN_ONLY', 'listen-only mode (4; needs 1 to leave it)'),
  diagnostics('CLEAR', 'clearing of counters (10)'),
  diagnostics('COUNTERS', 'the counters of messages, errors, exceptions, own and unanswered messages (11 to 15)'),
  diagnostics('NAK_BUSY', 'the counters of NAK and busy exceptions (16, 17)'),
  diagnostics('OVERRUN', 'the counter of overruns and its clearing (18, 20)'),
];

function fc(code: number, name: string, byDefault: boolean, section: string): PicsItem {
  return { name: `FC${String(code).padStart(2, '0')}`, question: `Does it offer function ${code}, ${name}?`, byDefault, source: `${SPECIFICATION} section ${section}` };
}

function diagnostics(name: string, what: string): PicsItem {
  return { name: `DIAGNOSTICS_${name}`, question: `Does FC08 offer ${what}?`, byDefault: false, source: `${SPECIFICATION} section 6.8.1` };
}
