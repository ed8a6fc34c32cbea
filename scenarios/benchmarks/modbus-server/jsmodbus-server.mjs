// The server of jsmodbus with 125 holding registers, on a free port that its first line tells.
import { createServer } from 'node:net';
import jsmodbus from 'jsmodbus';

const holding = Buffer.alloc(400);
for (let address = 0; address < 200; address += 1) holding.writeUInt16BE(address, address * 2);
const sockets = createServer({ noDelay: true });
const server = new jsmodbus.server.TCP(sockets, { holding });
server.on('error', () => undefined);
sockets.on('connection', (socket) => socket.on('error', () => socket.destroy()));
sockets.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: sockets.address().port })}\n`);
});
