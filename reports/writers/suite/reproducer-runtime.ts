/**
 * The part of a reproducer that is the same for every case. Plain JavaScript: it is run without a build, far from here.
 * It reads `CASE` and `STEPS` that stand before it.
 */
export const REPRODUCER_RUNTIME = String.raw`
const [host = CASE.host, port = String(CASE.port)] = process.argv.slice(2);
const began = performance.now();
const connections = new Map();
const waiting = [];
let wakeListener = () => {};

function say(text) {
  console.log((performance.now() - began).toFixed(1).padStart(9) + ' ms  ' + text);
}

const MQTT_NAMES = ['0', 'CONNECT', 'CONNACK', 'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK', 'PINGREQ', 'PINGRESP', 'DISCONNECT', 'AUTH'];

// Bytes of the frame that begins here; 0 when that cannot be told yet.
function frameBytes(bytes) {
  if (CASE.carrier === 'modbus-tcp') return bytes.length < 6 ? 0 : 6 + bytes.readUInt16BE(4);
  let remaining = 0;
  for (let at = 1; at <= 4; at += 1) {
    if (at >= bytes.length) return 0;
    remaining += (bytes[at] & 0x7f) * 128 ** (at - 1);
    if (bytes[at] < 0x80) return 1 + at + remaining;
  }
  return bytes.length;
}

// One line that says what a frame is.
function hint(bytes) {
  if (CASE.carrier === 'modbus-tcp') {
    if (bytes.length < 8) return 'no whole Modbus frame';
    const code = bytes[7];
    const what = code >= 0x80 ? 'exception ' + (bytes[8] ?? '?') + ' to function ' + (code & 0x7f) : 'function ' + code;
    return 'transaction ' + bytes.readUInt16BE(0) + ' unit ' + bytes[6] + ' ' + what;
  }
  const type = bytes[0] >> 4;
  let start = 1;
  while (start < 4 && bytes[start] >= 0x80) start += 1;
  start += 1;
  const name = MQTT_NAMES[type];
  if (frameBytes(bytes) > bytes.length || frameBytes(bytes) === 0) return 'part of ' + name;
  const uint16 = (at) => (at + 1 < bytes.length ? bytes.readUInt16BE(at) : 0);
  if (type === 2) return name + ' present=' + (bytes[start] & 1) + ' code=' + bytes[start + 1];
  if (type === 3) {
    const qos = (bytes[0] >> 1) & 3;
    const topicEnd = start + 2 + uint16(start);
    const id = qos === 0 ? '' : ' id=' + uint16(topicEnd);
    const afterId = topicEnd + (qos === 0 ? 0 : 2);
    // Properties of 5.0; longer ones than 127 bytes are shown with the payload.
    const tail = bytes.subarray(afterId + (CASE.id.startsWith('TP_MQTT5_') && bytes[afterId] < 0x80 ? 1 + bytes[afterId] : 0));
    return name + ' q' + qos + ' d' + ((bytes[0] >> 3) & 1) + ' r' + (bytes[0] & 1) + id + ' topic=' + JSON.stringify(bytes.toString('utf8', start + 2, topicEnd)) + ' ' + JSON.stringify(tail.toString('latin1').slice(0, 40));
  }
  if ((type >= 4 && type <= 7) || type === 9 || type === 11) return name + ' id=' + uint16(start) + (bytes.length > start + 2 ? ' code=0x' + bytes[start + 2].toString(16) : '');
  if (type === 14 && bytes.length > start) return name + ' code=0x' + bytes[start].toString(16);
  return name;
}

function attach(name, socket) {
  const connection = { name, socket, held: Buffer.alloc(0), frames: [], ended: undefined, wake: () => {} };
  connections.set(name, connection);
  socket.on('data', (chunk) => {
    connection.held = Buffer.concat([connection.held, chunk]);
    for (let size = frameBytes(connection.held); size > 0 && connection.held.length >= size; size = frameBytes(connection.held)) {
      const frame = connection.held.subarray(0, size);
      connection.held = connection.held.subarray(size);
      connection.frames.push(frame);
      say(name + ' <- ' + hint(frame) + '  | ' + frame.toString('hex'));
    }
    connection.wake();
  });
  socket.on('error', (error) => {
    connection.ended = error.code;
    connection.wake();
  });
  socket.on('close', () => {
    connection.ended ??= 'closed';
    if (!connection.isOurs) say(name + ': the SUT ended the connection (' + connection.ended + ')');
    connection.wake();
  });
  return connection;
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// Until the condition holds or the time is over.
function until(connection, holds, ms) {
  return new Promise((resolve) => {
    const done = (value) => {
      clearTimeout(timer);
      connection.wake = () => {};
      resolve(value);
    };
    const timer = setTimeout(() => done(false), ms);
    connection.wake = () => holds() && done(true);
    connection.wake();
  });
}

function dial(name) {
  return new Promise((resolve) => {
    // The certificate is of no interest here.
    const socket = CASE.tls ? tls.connect({ host, port: Number(port), rejectUnauthorized: false }) : net.connect({ host, port: Number(port) });
    const refused = (error) => {
      say(name + ': no connection: ' + error.message);
      resolve();
    };
    socket.once('error', refused);
    socket.once(CASE.tls ? 'secureConnect' : 'connect', () => {
      socket.off('error', refused);
      socket.setNoDelay(true);
      attach(name, socket);
      say(name + ' is connected');
      resolve();
    });
  });
}

async function accept(name) {
  say(name + ': waiting for the SUT to connect to port ' + port);
  while (waiting.length === 0) await new Promise((resolve) => (wakeListener = resolve));
  attach(name, waiting.shift());
  say(name + ' is connected');
}

async function step([what, name, value]) {
  const connection = connections.get(name);
  switch (what) {
    case 'open':
      return dial(name);
    case 'accept':
      return accept(name);
    case 'send': {
      const bytes = Buffer.from(value, 'hex');
      say(name + ' -> ' + (bytes.length === 0 ? 'nothing' : hint(bytes)) + '  | ' + value);
      if (connection !== undefined && connection.ended === undefined) connection.socket.write(bytes);
      return undefined;
    }
    case 'frame': {
      if (connection === undefined) return undefined;
      await until(connection, () => connection.frames.length > 0 || connection.ended !== undefined, CASE.answerTimeoutMs);
      const frame = connection.frames.shift();
      const recorded = Buffer.from(value, 'hex');
      if (frame === undefined) say(name + ': DIFFERENT: nothing more came; the record has ' + hint(recorded));
      else if (!frame.equals(recorded)) say(name + ': DIFFERENT from the record: ' + hint(recorded) + '  | ' + value);
      return undefined;
    }
    case 'closed': {
      if (connection === undefined) return undefined;
      if (!(await until(connection, () => connection.ended !== undefined, CASE.answerTimeoutMs))) say(name + ': DIFFERENT: the connection is still open; in the record the SUT ended it (' + value + ')');
      return undefined;
    }
    case 'silence': {
      if (connection === undefined) return undefined;
      say(name + ': nothing came for ' + value + ' ms in the record');
      if (await until(connection, () => connection.frames.length > 0 || connection.ended !== undefined, value)) say(name + ': DIFFERENT: something came');
      return undefined;
    }
    case 'close': {
      say(name + ': the tester ' + (value === 'fin' ? 'closes' : 'cuts') + ' the connection');
      if (connection === undefined || connection.ended !== undefined) return undefined;
      connection.isOurs = true;
      if (value === 'reset') connection.socket.resetAndDestroy?.();
      if (value === 'reset') return void connection.socket.destroy();
      connection.socket.end();
      await until(connection, () => connection.ended !== undefined, 2000);
      return undefined;
    }
    case 'pause':
      say(value + ' ms pass');
      return pause(value);
    case 'act':
      say('NOW DO BY HAND: ' + value + (process.stdin.isTTY ? ' (then press Enter)' : ' (waiting 5 s)'));
      return process.stdin.isTTY ? new Promise((resolve) => process.stdin.once('data', resolve)) : pause(5000);
    default:
      return say('# ' + value);
  }
}

if (STEPS.some(([what]) => what === 'accept')) {
  const server = net.createServer((socket) => {
    waiting.push(socket);
    wakeListener();
  });
  await new Promise((resolve) => server.listen(Number(port), resolve));
}
console.log(CASE.id + ': ' + CASE.purpose);
for (const one of STEPS) await step(one);
await pause(100);
console.log('The record: ' + CASE.verdict.toUpperCase() + ': ' + CASE.because);
console.log('Judged by: ' + CASE.statements.join(', '));
process.exit(0);
`;
