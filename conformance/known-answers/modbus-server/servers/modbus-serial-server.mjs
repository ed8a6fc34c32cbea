// The servers of modbus-serial, to be judged by the suite modbus-server. Their data is that of libmodbus-server.c; an address that
// does not exist is told as the README of the package has it (an error with modbusErrorCode 2).
//
//   tcp PORT         the port, because it takes 0 for its default, 502
//   rtu PATH UNIT    on a serial port, 19200 bit/s without parity
import { ServerSerial, ServerTCP } from 'modbus-serial';

const [carrier, where, unit] = process.argv.slice(2);
const holding = Array.from({ length: 200 }, (_register, address) => 1_000 + address);
const input = Array.from({ length: 130 }, (_register, address) => 256 + address);
const coils = Array.from({ length: 2_048 }, (_coil, address) => address % 5 < 2);
const discrete = [...coils];
const at = (table, address) => {
  if (address in table) return table[address];
  throw Object.assign(new Error('illegal data address'), { modbusErrorCode: 2 });
};
const put = (table, address, value) => {
  at(table, address);
  table[address] = value;
};
const vector = {
  getCoil: (address) => at(coils, address),
  getDiscreteInput: (address) => at(discrete, address),
  getHoldingRegister: (address) => at(holding, address),
  getInputRegister: (address) => at(input, address),
  setCoil: (address, value) => put(coils, address, value),
  setRegister: (address, value) => put(holding, address, value),
};
const told = (port) => process.stdout.write(`${JSON.stringify({ port })}\n`);
if (carrier === 'tcp') new ServerTCP(vector, { host: '127.0.0.1', port: Number(where), unitID: 1 }).on('initialized', () => told(Number(where)));
else new ServerSerial(vector, { path: where, port: where, baudRate: 19_200, parity: 'none', stopBits: 2, unitID: Number(unit) }).on('initialized', () => told(0));
