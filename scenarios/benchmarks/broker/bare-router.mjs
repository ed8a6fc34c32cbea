// The least that a Node program can do as a broker: MQTT 3.1.1 packets are cut, PUBLISH is matched by the part of its topic
// before the last level (every filter here ends in /+) and forwarded, one write for each connection and turn. No sessions,
// no retained messages, no checks, nothing is sent again.
import { createServer } from 'node:net';
import { setImmediate as atEndOfTurn } from 'node:timers';

const subscribers = new Map();
const dirty = new Set();

const flush = () => {
  for (const connection of dirty) connection.flush();
  dirty.clear();
};

class Connection {
  constructor(socket) {
    this.socket = socket;
    this.frames = [];
    this.held = undefined;
    this.lastId = 0;
    socket.on('data', (chunk) => this.take(this.held === undefined ? chunk : Buffer.concat([this.held, chunk])));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => subscribers.forEach((list) => list.delete(this)));
  }

  push(frame) {
    if (this.frames.length === 0) {
      if (dirty.size === 0) atEndOfTurn(flush);
      dirty.add(this);
    }
    this.frames.push(frame);
  }

  flush() {
    const { frames } = this;
    this.frames = [];
    if (!this.socket.destroyed) this.socket.write(frames.length === 1 ? frames[0] : Buffer.concat(frames));
  }

  take(bytes) {
    let start = 0;
    while (bytes.length - start >= 2) {
      let at = start + 1;
      let remaining = 0;
      let shift = 0;
      let byte = 0x80;
      while (byte >= 0x80 && at < bytes.length) {
        byte = bytes[at++];
        remaining |= (byte & 0x7f) << shift;
        shift += 7;
      }
      if (byte >= 0x80 || at + remaining > bytes.length) break;
      this.packet(bytes, start, at, at + remaining);
      start = at + remaining;
    }
    this.held = start === bytes.length ? undefined : bytes.subarray(start);
  }

  packet(bytes, start, at, end) {
    switch (bytes[start] >> 4) {
      case 1:
        return this.push(Buffer.of(0x20, 2, 0, 0));
      case 3:
        return this.publish(bytes, start, at, end);
      case 5:
        return this.push(Buffer.of(0x62, 2, bytes[at], bytes[at + 1]));
      case 6:
        return this.push(Buffer.of(0x70, 2, bytes[at], bytes[at + 1]));
      case 8: {
        const length = bytes.readUInt16BE(at + 2);
        const filter = bytes.latin1Slice(at + 4, at + 4 + length - 1);
        if (!subscribers.has(filter)) subscribers.set(filter, new Set());
        subscribers.get(filter).add(this);
        return this.push(Buffer.of(0x90, 3, bytes[at], bytes[at + 1], bytes[at + 4 + length]));
      }
      default:
    }
  }

  publish(bytes, start, at, end) {
    const qos = (bytes[start] >> 1) & 3;
    const topicEnd = at + 2 + bytes.readUInt16BE(at);
    const list = subscribers.get(bytes.latin1Slice(at + 2, bytes.lastIndexOf(0x2f, topicEnd - 1) + 1));
    if (qos > 0) this.push(Buffer.of(qos === 1 ? 0x40 : 0x50, 2, bytes[topicEnd], bytes[topicEnd + 1]));
    if (list === undefined) return;
    const frame = bytes.subarray(start, end);
    for (const subscriber of list) {
      if (qos === 0) {
        subscriber.push(frame);
        continue;
      }
      const copy = Buffer.from(frame);
      subscriber.lastId = (subscriber.lastId % 65_535) + 1;
      copy.writeUInt16BE(subscriber.lastId, topicEnd - start);
      subscriber.push(copy);
    }
  }
}

const server = createServer({ noDelay: true }, (socket) => new Connection(socket));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  process.stdout.write(`${JSON.stringify({ ports: { mqtt: server.address().port } })}\n`);
});
