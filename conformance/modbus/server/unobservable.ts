import { statementKey } from '../../framework/catalogue.ts';

const REASONS: Readonly<Record<string, string>> = {
  'MB-APP-GEN-09': 'overlaid tables are allowed, and so are separate ones: there is nothing that a server could do wrong',
  'MB-APP-GEN-15': 'says what the protocol leaves to the device; no reaction can contradict it',
  'MB-APP-22-04': 'needs another writer in the middle of one execution, an instant that nobody outside can meet',
  'MB-SER-RTU-01': 'bits and their order are what the serial port of the tester decodes; a server that gets them wrong is not understood at all',
  'MB-SER-RTU-04': 'a gap between 1.5 and 3.5 characters is shorter than the timers of the tester; longer ones are judged (MB-SER-RTU-06)',
  'MB-SER-RTU-05': 'gaps of 750 us and 1.75 ms are shorter than the timers of the tester and the buffers of serial adapters',
  'MB-SER-RTU-07': 'needs the server to start in the middle of traffic that it does not see begin',
  'MB-SER-PHY-01': 'a run has one bit rate, that of its --sut address: run it at 9600 and at 19200',
  'MB-SER-PHY-02': 'the bit rate is measured on the wire, not through a serial port',
  'MB-SER-PHY-03': 'a run has one parity, that of its --sut address: run it with even parity',
  'MB-SER-PHY-04': 'sums up other statements; address, broadcast and RTU are judged one by one',
  'MB-TCP-CONN-05': 'leaves it to the server whether it has a priority pool',
  'MB-TCP-CONN-07': 'the port is part of the --sut address',
  'MB-TCP-CONN-08': 'a peer that vanishes without a packet is found after minutes or hours of keep-alive, of which its client sees nothing',
  'MB-TCP-CONN-10': 'needs a client at an address that the access list of the server does not hold',
  'MB-TCP-OPT-01': 'options of a socket do not show on the wire in any one exchange',
};

/** Statements that bind a Modbus server and that nobody can judge from outside, by key, each with the reason. */
export const SERVER_UNOBSERVABLE: ReadonlyMap<string, string> = new Map(Object.entries(REASONS).map(([id, reason]) => [statementKey('modbus', id), reason]));
