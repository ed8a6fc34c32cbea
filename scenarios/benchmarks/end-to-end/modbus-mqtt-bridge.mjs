// The bridge that people write by hand, as the peer of the end-to-end benchmark: it polls ten holding registers with
// modbus-serial and publishes those that changed with mqtt, QoS 1. Written as well as such a script usually is: one
// request for all registers, TCP without delay, no new poll while one is under way.
// Arguments: Modbus port, MQTT port (0: run aedes in this process), poll period in milliseconds.
import { createServer } from 'node:net';
import { setInterval } from 'node:timers';
import ModbusRTU from 'modbus-serial';
import mqtt from 'mqtt';

const [modbusPort, mqttPort, periodMs] = process.argv.slice(2).map(Number);
const brokerPort = mqttPort === 0 ? await startAedes() : mqttPort;
const broker = await mqtt.connectAsync(`mqtt://127.0.0.1:${brokerPort}`);
const plc = new ModbusRTU();
await plc.connectTCP('127.0.0.1', { port: modbusPort });
plc.setID(1);
plc.setTimeout(1_000);

const last = [];
let isPolling = false;

async function poll() {
  if (isPolling) return;
  isPolling = true;
  try {
    const { data } = await plc.readHoldingRegisters(0, 10);
    for (const [register, value] of data.entries()) {
      if (last[register] === value) continue;
      last[register] = value;
      broker.publish(`bridge/R${register}`, JSON.stringify({ v: value, t: new Date().getTime() }), { qos: 1 });
    }
  } catch (error) {
    process.stderr.write(`poll failed: ${error.message}\n`);
  } finally {
    isPolling = false;
  }
}

async function startAedes() {
  const { Aedes } = await import('aedes');
  const aedes = await Aedes.createBroker();
  const server = createServer({ noDelay: true }, aedes.handle);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

setInterval(() => void poll(), periodMs);
process.stdout.write(`${JSON.stringify({ mqttPort: brokerPort })}\n`);
