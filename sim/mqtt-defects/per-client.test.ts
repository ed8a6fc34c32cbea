import { expect, test } from 'vitest';
import { decodePacket } from '../../hil/protocols/mqtt/decode.ts';
import { encodeLoose } from '../../hil/protocols/mqtt/encode-loose.ts';
import type { LoosePacket } from '../../hil/protocols/mqtt/loose-packet.ts';
import { NO_PROPERTIES } from '../../hil/protocols/mqtt/properties.ts';
import { mendsViolation, withFlags0010 } from './mends-violation.ts';
import { messageKey } from './message-key.ts';
import type { DefectiveConnection, DefectTools, SeenPacket } from './mqtt-defect.ts';
import { perClient } from './per-client.ts';

const TOOLS: DefectTools = { act: () => undefined, connectionIndex: 0 };

function seen(loose: LoosePacket): SeenPacket {
  const bytes = encodeLoose(loose, 4);
  const decoded = decodePacket(bytes, 4, { from: 'client' });
  return { from: 'client', bytes, decoded, packet: decoded.kind === 'packet' ? decoded.packet : undefined, version: 4 };
}

function connect(clientId: string): SeenPacket {
  return seen({ type: 'connect', protocolName: 'MQTT', protocolLevel: 4, cleanStart: false, keepAliveS: 0, clientId, properties: NO_PROPERTIES });
}

test('a client is remembered on its next connection, and no other client is', () => {
  const counts: number[] = [];
  const make = perClient(
    () => ({ connections: 0 }),
    (memory): DefectiveConnection => {
      memory.connections += 1;
      return {
        onPacket: () => {
          counts.push(memory.connections);
          return 'pass';
        },
      };
    },
  )();
  for (const clientId of ['a', 'b', 'a', 'c']) make(TOOLS).onPacket?.(connect(clientId));
  expect(counts).toEqual([1, 1, 2, 1]);
});

test('what comes before CONNECT passes', () => {
  const connection = perClient(() => 0, (): DefectiveConnection => ({ onPacket: () => [] }))()(TOOLS);
  expect(connection.onPacket?.(seen({ type: 'pingreq' }))).toBe('pass');
});

test('a malformed packet is put right, a well-formed one and another fault pass', () => {
  const defect = mendsViolation('x', 'y', (statement) => statement === 'MQTT-3.6.1-1', withFlags0010);
  const pubrel = { type: 'pubrel', packetId: 7, reasonCode: 0, properties: NO_PROPERTIES } as const;
  const wrong = seen({ ...pubrel, fixedHeaderFlags: 0 });
  const { onPacket } = defect.create()(TOOLS);
  expect(onPacket?.(wrong)).toEqual([{ do: 'toServer', bytes: encodeLoose(pubrel, 4) }]);
  expect(wrong.bytes[0]).toBe(0x60);
  expect(onPacket?.(seen(pubrel))).toBe('pass');
  expect(onPacket?.(seen({ ...pubrel, packetId: 0 }))).toBe('pass');
});

test('messages are told apart by topic and by every byte of the payload', () => {
  const keys = [['a', 0x80], ['a', 0x81], ['b', 0x80]].map(([topic, byte]) => messageKey({ topic: String(topic), payload: Uint8Array.of(Number(byte)) }));
  expect(new Set(keys).size).toBe(3);
});
