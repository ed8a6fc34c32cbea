// The TCP server of jsmodbus, to be judged by the suite modbus-server; on a free port that its first line tells. Its data is that
// of libmodbus-server.c.
import { createServer } from 'node:net';
import jsmodbus from 'jsmodbus';

const registers = (count, first) => {
  const data = Buffer.alloc(count * 2);
  for (let address = 0; address < count; address += 1) data.writeUInt16BE(first + address, address * 2);
  return data;
};
const bits = () => {
  const data = Buffer.alloc(256);
  for (let address = 0; address < 2_048; address += 1) if (address % 5 < 2) data[address >> 3] |= 1 << (address & 7);
  return data;
};
const sockets = createServer({ noDelay: true });
const server = new jsmodbus.server.TCP(sockets, { holding: registers(200, 1_000), input: registers(130, 256), coils: bits(), discrete: bits() });
// A write to an address that does not exist throws inside the package and would end the process; its other reactions are to be judged too.
process.on('uncaughtException', () => undefined);
server.on('error', () => undefined);
sockets.on('connection', (socket) => socket.on('error', () => socket.destroy()));
sockets.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: sockets.address().port })}\n`);
});
