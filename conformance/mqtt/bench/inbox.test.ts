import { expect, test } from 'vitest';
import { decodePacket } from '../../../hil/protocols/mqtt/decode.ts';
import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../../hil/protocols/mqtt/loose-packet.ts';
import { packetText } from '../../../hil/protocols/mqtt/packet-text.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import { CaseStop } from '../../framework/case-stop.ts';
import type { CaseWire } from '../../framework/case-wire.ts';
import { pixitSchema } from '../../framework/pixit.ts';
import { Inbox, refuseDeliveries } from './inbox.ts';
import { acknowledgement, MqttBench, text, textOf } from './mqtt-bench.ts';

/** An inbox on a wire that says what is given, whatever the tester sends, and then nothing. */
function inboxHearing(...packets: readonly LoosePacket[]): { readonly inbox: Inbox; readonly sent: string[] } {
  const heard = packets.map((packet) => encodeLoose(packet, 4));
  const sent: string[] = [];
  const wire: CaseWire = {
    open: async () => 'open',
    accept: async () => 'silence',
    send: async (_on, bytes) => {
      const decoded = decodePacket(bytes, 4, { from: 'client' });
      sent.push(decoded.kind === 'packet' ? packetText(decoded.packet) : decoded.kind);
      return true;
    },
    next: async (_on, waitedMs) => {
      const bytes = heard.shift();
      return bytes === undefined ? { kind: 'silence', waitedMs, tMs: 0 } : { kind: 'frame', bytes, tMs: 0 };
    },
    close: async () => undefined,
    pause: async () => undefined,
    act: async () => null,
    shared: async (_name, script) => script(wire),
    nowMs: () => 0,
    note: () => undefined,
  };
  const bench = new MqttBench(4, wire, { caseId: 'TP_TEST', seedHex: '00'.repeat(16), pics: new Map(), pixit: pixitSchema.parse({}) });
  return { inbox: new Inbox(bench, bench.peer('a')), sent };
}

function delivery(payload: string, qos: 0 | 1 | 2 = 0, packetId?: number): LoosePacket {
  return { type: 'publish', dup: false, qos, retain: false, topic: 't', packetId, payload: text(payload), properties: NO_PROPERTIES };
}

test('a delivery that precedes the SUBACK is kept until it is asked for', async () => {
  const suback: LoosePacket = { type: 'suback', packetId: 101, reasonCodes: [1], properties: NO_PROPERTIES };
  const { inbox } = inboxHearing(delivery('early', 1, 5), suback);
  await inbox.subscribed({ filter: 't', qos: 1 });
  expect(textOf((await inbox.expectDelivery('SUBSCRIBE', 'early')).payload)).toBe('early');
  expect(inbox.unread()).toEqual([]);
});

test('each delivery is acknowledged as its QoS asks, also between the packets of another exchange', async () => {
  const { inbox, sent } = inboxHearing(delivery('one', 1, 5), acknowledgement('pubrec', 7), delivery('two', 2, 6), acknowledgement('pubrel', 6), acknowledgement('pubcomp', 7));
  await inbox.published('t', { qos: 2, packetId: 7 });
  expect(sent.slice(1)).toEqual(['PUBACK id=5', 'PUBREL id=7', 'PUBREC id=6', 'PUBCOMP id=6']);
  expect(inbox.unread().map(({ payload }) => textOf(payload))).toEqual(['one', 'two']);
});

test('a delivery that does not come fails where it is judged and is inconclusive where it is needed', async () => {
  await expect(inboxHearing(delivery('other')).inbox.expectDelivery('PUBLISH', 'due')).rejects.toMatchObject({ verdict: 'fail' });
  await expect(inboxHearing(delivery('other')).inbox.needDelivery('PUBLISH', 'due')).rejects.toMatchObject({ verdict: 'inconclusive' });
});

test('a malformed delivery names the statement that it breaks', async () => {
  const { inbox } = inboxHearing({ ...delivery('x'), fixedHeaderFlags: 0b1000 });
  await expect(inbox.expectDelivery('PUBLISH', 'x')).rejects.toMatchObject({ verdict: 'fail', statements: ['MQTT-3.3.1-2'] });
});

test('a refused subscription says nothing about the case', async () => {
  const { inbox } = inboxHearing({ type: 'suback', packetId: 101, reasonCodes: [0, 0x80], properties: NO_PROPERTIES });
  await expect(inbox.subscribed({ filter: 'a' }, { filter: 'b' })).rejects.toMatchObject({ verdict: 'inconclusive' });
});

test('settled gives what came before the PINGRESP, once', async () => {
  const { inbox } = inboxHearing(delivery('one'), { type: 'pingresp' }, { type: 'pingresp' });
  expect((await inbox.settled('all')).map(({ payload }) => textOf(payload))).toEqual(['one']);
  expect(await inbox.settled('all')).toEqual([]);
});

test('refuseDeliveries fails for a forbidden payload only', async () => {
  const { inbox } = inboxHearing(delivery('one'), { type: 'pingresp' });
  const delivered = await inbox.settled('all');
  expect(() => refuseDeliveries(delivered, ['two'], 'why')).not.toThrow();
  expect(() => refuseDeliveries(delivered, ['one'], 'why')).toThrow(CaseStop);
});
