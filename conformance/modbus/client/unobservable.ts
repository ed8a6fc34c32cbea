const CHARACTERS = 'bits and characters are the work of the UART: a tester behind a serial port is handed bytes';
const SETTINGS = 'what a product can be set to shows in its settings, not in what it sends at one of them';
const OPTIONS = 'an option of the socket at the other end does not show in what arrives';

/** Statements that bind a client and that nobody can judge from the other end of its line, by key, each with the reason. */
export const CLIENT_UNOBSERVABLE: ReadonlyMap<string, string> = new Map([
  ['modbus/MB-APP-GEN-15', `${SETTINGS}: the protocol defines no layout that a client could break`],
  ['modbus/MB-APP-17-02', 'where in an answer the client looks for the run indicator shows only in its own interface'],
  ['modbus/MB-SER-RTU-01', CHARACTERS],
  ['modbus/MB-SER-PHY-01', SETTINGS],
  ['modbus/MB-SER-PHY-02', CHARACTERS],
  ['modbus/MB-SER-PHY-03', `${SETTINGS}; ${CHARACTERS}`],
  ['modbus/MB-SER-PHY-04', SETTINGS],
  ['modbus/MB-TCP-CONN-08', 'a tester that is a process cannot vanish without a word: its kernel goes on acknowledging, or ends the connection'],
  ['modbus/MB-TCP-OPT-01', OPTIONS],
  ['modbus/MB-TCP-OPT-02', 'a tester that listens takes every connection at once; an address that takes none shows no client'],
]);
