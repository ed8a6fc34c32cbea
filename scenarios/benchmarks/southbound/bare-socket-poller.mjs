// The least that a Node program can do to poll many Modbus TCP servers once a second: one socket each, one request written
// once and for all, answers counted by their bytes, no timeouts and no decoding.
// Arguments: port, number of servers (from 127.0.0.1 on), registers.
import { createConnection } from 'node:net';
import { setInterval, setTimeout } from 'node:timers';
import { hostOf } from './server-hosts.mjs';

const [port, servers, registers] = process.argv.slice(2).map(Number);
const request = Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, registers]);
let answers = 0;

function connect(host) {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
    socket.on('data', (bytes) => {
      if (bytes.length === 9 + registers * 2) answers += 1;
    });
  });
}

const sockets = [];
for (let index = 0; index < servers; index += 200) {
  const batch = Array.from({ length: Math.min(200, servers - index) }, (_server, offset) => connect(hostOf(index + offset)));
  sockets.push(...(await Promise.all(batch)));
}
process.stdout.write('ready\n');
for (const [index, socket] of sockets.entries()) {
  setTimeout(() => {
    setInterval(() => socket.write(request), 1_000);
  }, (index * 1_000) / servers);
}
