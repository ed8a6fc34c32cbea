// The least that a Node program can do for FC 03: whole requests in one chunk, no checks, the registers copied from a
// buffer. Arguments: address to listen on (default 127.0.0.1).
import { createServer } from 'node:net';

const registers = Buffer.alloc(400);
for (let address = 0; address < 200; address += 1) registers.writeUInt16BE(address, address * 2);

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (request) => {
    const address = request.readUInt16BE(8);
    const bytes = request.readUInt16BE(10) * 2;
    const answer = Buffer.allocUnsafe(9 + bytes);
    request.copy(answer, 0, 0, 8);
    answer.writeUInt16BE(3 + bytes, 4);
    answer[8] = bytes;
    registers.copy(answer, 9, address * 2, address * 2 + bytes);
    socket.write(answer);
  });
});
server.listen({ port: 0, host: process.argv[2] ?? '127.0.0.1', backlog: 4096 }, () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
