// The server of modbus-serial with 125 holding registers. Argument: the port, because it takes 0 for its default, 502.
import { ServerTCP } from 'modbus-serial';

const port = Number(process.argv[2]);
const registers = Array.from({ length: 200 }, (_register, address) => address);
const vector = {
  getHoldingRegister: (address) => registers[address],
  getMultipleHoldingRegisters: (address, length) => registers.slice(address, address + length),
};
const server = new ServerTCP(vector, { host: '127.0.0.1', port, unitID: 1 });
server.on('initialized', () => {
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
