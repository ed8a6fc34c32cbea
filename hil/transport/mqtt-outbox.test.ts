import { expect, test } from 'vitest';
import { MqttOutbox, PENDING_MESSAGES_MAX, type OutboundMessage, type OutboxWire } from './mqtt-outbox.ts';

/** A wire that writes down what it is given: `publish 1 a`, `publish 1 a dup`, `release 1`. */
function recordingWire(): OutboxWire & { readonly log: string[] } {
  const log: string[] = [];
  return {
    log,
    publish: (id, { topic }, dup) => void log.push(`publish ${id} ${topic}${dup ? ' dup' : ''}`),
    release: (id) => void log.push(`release ${id}`),
  };
}

function message(topic: string, qos: 1 | 2): OutboundMessage {
  return { topic, payload: new Uint8Array(0), qos, retain: false };
}

test('a message waits for a connection and resolves at its last acknowledgement', async () => {
  const outbox = new MqttOutbox();
  const settled: string[] = [];
  const one = outbox.publish(message('one', 1)).then(() => settled.push('one'));
  const two = outbox.publish(message('two', 2)).then(() => settled.push('two'));
  const wire = recordingWire();
  outbox.connected(wire, false, 65_535);
  expect(wire.log).toEqual(['publish 1 one', 'publish 2 two']);
  expect(outbox.acknowledged('pubrec', 2, 0)).toBe(true);
  expect(outbox.acknowledged('puback', 1, 0)).toBe(true);
  await one;
  expect(settled).toEqual(['one']);
  expect(outbox.acknowledged('pubcomp', 2, 0)).toBe(true);
  await two;
});

test('after a reconnect to the same session: PUBREL in the order of PUBREC, then PUBLISH with DUP in the order of sending', () => {
  const outbox = new MqttOutbox();
  const first = recordingWire();
  outbox.connected(first, false, 65_535);
  for (const [index, topic] of ['a', 'b', 'c', 'd'].entries()) void outbox.publish(message(topic, index === 1 ? 1 : 2));
  outbox.acknowledged('pubrec', 4, 0);
  outbox.acknowledged('pubrec', 1, 0);
  outbox.disconnected();
  void outbox.publish(message('e', 1));
  const second = recordingWire();
  outbox.connected(second, true, 65_535);
  expect(second.log).toEqual(['release 4', 'release 1', 'publish 2 b dup', 'publish 3 c dup', 'publish 5 e']);
});

test('after the broker has lost the session everything is published again, in the order of sending', () => {
  const outbox = new MqttOutbox();
  outbox.connected(recordingWire(), false, 65_535);
  for (const topic of ['a', 'b']) void outbox.publish(message(topic, 2));
  outbox.acknowledged('pubrec', 1, 0);
  outbox.disconnected();
  const second = recordingWire();
  outbox.connected(second, false, 65_535);
  expect(second.log).toEqual(['publish 1 a dup', 'publish 2 b dup']);
  outbox.acknowledged('pubrec', 1, 0);
  outbox.disconnected();
  const third = recordingWire();
  outbox.connected(third, true, 65_535);
  expect(third.log).toEqual(['release 1', 'publish 2 b dup']);
});

test('never more PUBLISH packets are unacknowledged than the receive maximum', () => {
  const outbox = new MqttOutbox();
  const first = recordingWire();
  outbox.connected(first, false, 2);
  for (const topic of ['a', 'b', 'c', 'd']) void outbox.publish(message(topic, 2));
  expect(first.log).toEqual(['publish 1 a', 'publish 2 b']);
  outbox.acknowledged('pubrec', 1, 0);
  expect(first.log.length).toBe(2);
  outbox.acknowledged('pubcomp', 1, 0);
  expect(first.log).toEqual(['publish 1 a', 'publish 2 b', 'publish 3 c']);
  outbox.disconnected();
  const second = recordingWire();
  outbox.connected(second, true, 1);
  expect(second.log).toEqual(['publish 2 b dup']);
  outbox.acknowledged('pubrec', 2, 0);
  outbox.acknowledged('pubcomp', 2, 0);
  expect(second.log).toEqual(['publish 2 b dup', 'publish 3 c dup']);
});

test('a limit of our own holds where the broker states a larger one or none', () => {
  const outbox = new MqttOutbox(2);
  const wire = recordingWire();
  outbox.connected(wire, false, 65_535);
  for (const topic of ['a', 'b', 'c']) void outbox.publish(message(topic, 1));
  outbox.acknowledged('puback', 1, 0);
  expect(wire.log).toEqual(['publish 1 a', 'publish 2 b', 'publish 3 c']);
  void outbox.publish(message('d', 1));
  expect(wire.log.length).toBe(3);
});

test('a refusal rejects with the topic and the reason code', async () => {
  const outbox = new MqttOutbox();
  outbox.connected(recordingWire(), false, 65_535);
  const refusals = [outbox.publish(message('one', 1)), outbox.publish(message('two', 2))];
  outbox.acknowledged('puback', 1, 0x87);
  outbox.acknowledged('pubrec', 2, 0x97);
  await expect(refusals[0]).rejects.toMatchObject({ code: 'FP_BROKER_REFUSED' });
  await expect(refusals[0]).rejects.toThrow("'one' with reason code 0x87");
  await expect(refusals[1]).rejects.toMatchObject({ code: 'FP_BROKER_REFUSED' });
});

test('PUBCOMP "packet identifier not found" after a reconnect means that the work was done', async () => {
  const outbox = new MqttOutbox();
  outbox.connected(recordingWire(), false, 65_535);
  const published = outbox.publish(message('a', 2));
  outbox.acknowledged('pubrec', 1, 0);
  outbox.disconnected();
  outbox.connected(recordingWire(), true, 65_535);
  outbox.acknowledged('pubcomp', 1, 0x92);
  await published;
});

test('an acknowledgement of the wrong kind is told from one that comes twice', () => {
  const outbox = new MqttOutbox();
  outbox.connected(recordingWire(), false, 65_535);
  void outbox.publish(message('one', 1));
  void outbox.publish(message('two', 2));
  expect(outbox.acknowledged('pubrec', 1, 0)).toBe(false);
  expect(outbox.acknowledged('puback', 2, 0)).toBe(false);
  expect(outbox.acknowledged('puback', 1, 0)).toBe(true);
  expect(outbox.acknowledged('puback', 1, 0)).toBe(true);
});

test('too many pending messages are refused, and the end of the session rejects the rest', async () => {
  const outbox = new MqttOutbox();
  const pending = Array.from({ length: PENDING_MESSAGES_MAX }, () => outbox.publish(message('a', 1)));
  await expect(outbox.publish(message('a', 1))).rejects.toMatchObject({ code: 'FP_LIMIT' });
  outbox.connected(recordingWire(), false, 65_535);
  outbox.fail('the test is over');
  const results = await Promise.allSettled(pending);
  expect(results.every((result) => result.status === 'rejected')).toBe(true);
  await expect(outbox.publish(message('a', 1))).rejects.toMatchObject({ code: 'FP_LINK_CLOSED' });
});

test('an identifier in flight is not given out again when the identifiers have gone round', () => {
  const outbox = new MqttOutbox();
  const wire = recordingWire();
  outbox.connected(wire, false, 65_535);
  void outbox.publish(message('held', 1));
  for (let id = 2; id <= 65_535; id += 1) {
    void outbox.publish(message('a', 1));
    outbox.acknowledged('puback', id, 0);
  }
  void outbox.publish(message('next', 1));
  expect(wire.log.at(-1)).toBe('publish 2 next');
});
