// modbus-serial alone, polling many Modbus TCP servers once a second: one client each, with its usual timeout.
// Arguments: port, number of servers (from 127.0.0.1 on), registers.
import { setInterval, setTimeout } from 'node:timers';
import ModbusRTU from 'modbus-serial';
import { hostOf } from './server-hosts.mjs';

const [port, servers, registers] = process.argv.slice(2).map(Number);
const clients = [];
for (let index = 0; index < servers; index += 200) {
  const batch = Array.from({ length: Math.min(200, servers - index) }, async (_server, offset) => {
    const client = new ModbusRTU();
    await client.connectTCP(hostOf(index + offset), { port });
    client.setID(1);
    client.setTimeout(1_000);
    return client;
  });
  clients.push(...(await Promise.all(batch)));
}
process.stdout.write('ready\n');
for (const [index, client] of clients.entries()) {
  setTimeout(() => {
    setInterval(() => {
      client.readHoldingRegisters(0, registers).catch((error) => process.stderr.write(`${error.message}\n`));
    }, 1_000);
  }, (index * 1_000) / servers);
}
