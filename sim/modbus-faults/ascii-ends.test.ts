import { expect, test } from 'vitest';
import { encodeAscii } from '../../hil/protocols/modbus/ascii.ts';
import { encodeTcp } from '../../hil/protocols/modbus/tcp.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import { observeNothing } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import { serveAscii } from '../plc/ascii-server.ts';
import { testDevice } from '../plc/test-device.contract.ts';
import { createManualClock, type ManualClock } from '../world/manual-clock.ts';
import { createActiveModbusFaults, type ActiveModbusFaults } from './active-modbus-faults.ts';
import { throughModbusFaults, type FaultedLink } from './faulted-link.ts';
import { createFrameBridge } from './frame-bridge.ts';
import { READ_WORD } from './fault-bench.contract.ts';

const BAUD_RATE = 19_200;
const BANG = 0x21;
const END_WITH_BANG = [8, 0, 3, BANG, 0];

/** A device in ASCII mode, units 1 and 7; register 0 of each holds its unit id. */
function device(clock: ManualClock, link: Parameters<typeof serveAscii>[0]): void {
  const units = new Map(
    [1, 7].map((unit) => {
      const { server, process } = testDevice(clock);
      process.set('word', unit);
      return [unit, server];
    }),
  );
  serveAscii(link, { baudRate: BAUD_RATE, units }, { clock, log: silentLogger });
}

interface Bench {
  readonly clock: ManualClock;
  readonly faults: ActiveModbusFaults;
  readonly link: FaultedLink;
  /** Sends a frame that ends so; what came back within half a second, as text. */
  readonly ask: (unit: number, pdu: readonly number[], end?: number) => Promise<string>;
}

function bench(): Bench {
  const clock = createManualClock();
  const faults = createActiveModbusFaults({ clock, random: randomFromSeed(1), observe: observeNothing });
  const serial = { baudRate: BAUD_RATE, parity: 'even', stopBits: 1 } as const;
  const line = faults.addLine({ name: 'line', framing: 'ascii', serial, points: undefined, told: () => undefined, plug: undefined });
  const { a: client, b: far } = memoryLinkPair();
  const link = throughModbusFaults(far, line, { clock });
  device(clock, link);
  let heard = '';
  client.onBytes((chunk) => (heard += Buffer.from(chunk).toString('latin1')));
  return {
    clock,
    faults,
    link,
    ask: async (unit, pdu, end) => {
      heard = '';
      await client.send(encodeAscii(unitId(unit), Uint8Array.from(pdu), end));
      await clock.advanceAsync(500);
      return heard;
    },
  };
}

const text = (unit: number, pdu: readonly number[], end?: number): string => Buffer.from(encodeAscii(unitId(unit), Uint8Array.from(pdu), end)).toString('latin1');

test('a relay follows a unit that changes the end of its frames, and the other units keep theirs', async () => {
  const { ask } = bench();
  expect(await ask(1, END_WITH_BANG)).toBe(text(1, END_WITH_BANG));
  expect(await ask(1, READ_WORD, BANG)).toBe(text(1, [3, 2, 0, 1], BANG));
  expect(await ask(7, READ_WORD)).toBe(text(7, [3, 2, 0, 7]));
  expect(await ask(1, READ_WORD)).toBe('');
  expect(await ask(1, [8, 0, 3, 0x0a, 0], BANG)).toBe(text(1, [8, 0, 3, 0x0a, 0], BANG));
  expect(await ask(1, READ_WORD)).toBe(text(1, [3, 2, 0, 1]));
});

test('faults act on frames with the new end, and what they make of them ends alike', async () => {
  const { ask, faults } = bench();
  await ask(1, END_WITH_BANG);
  await faults.start({ fault: 'busy', kind: 'modbus.exception', params: { code: 6 } });
  expect(await ask(1, READ_WORD, BANG)).toBe(text(1, [0x83, 6], BANG));
  expect(await ask(7, READ_WORD)).toBe(text(7, [0x83, 6]));
  await faults.stop('busy');
  await faults.start({ fault: 'lrc', kind: 'modbus.crcError', params: {} });
  const damaged = await ask(1, READ_WORD, BANG);
  expect(damaged).toHaveLength(text(1, [3, 2, 0, 1]).length);
  expect(damaged).not.toBe(text(1, [3, 2, 0, 1], BANG));
  expect(damaged.endsWith('\r!')).toBe(true);
  await faults.close();
});

test('a request of the relay itself ends as the unit wants it', async () => {
  const { ask, clock, link } = bench();
  await ask(1, END_WITH_BANG);
  const asked = Promise.all([1, 7].map((unit) => link.relay.ask(unit, Uint8Array.from(READ_WORD), 400)));
  await clock.advanceAsync(1_000);
  expect((await asked).map((pdu) => pdu && [...pdu])).toEqual([[3, 2, 0, 1], [3, 2, 0, 7]]);
});

test('a bridge from TCP keeps what ends the frames of each unit of its ASCII device', async () => {
  const clock = createManualClock();
  const { a: near, b: far } = memoryLinkPair();
  device(clock, far);
  const bridge = createFrameBridge({ framing: 'ascii', timeoutMs: 300, silenceMs: 20, send: (bytes) => void near.send(bytes) }, { clock });
  near.onBytes((chunk) => bridge.fromDevice(chunk));
  const answers: number[][] = [];
  const client = bridge.addClient('tcp', (bytes) => answers.push([...bytes.subarray(7)]));
  for (const [unit, pdu] of [[1, END_WITH_BANG], [1, READ_WORD], [7, READ_WORD]] as const) {
    client(encodeTcp(5, unitId(unit), Uint8Array.from(pdu)));
    await clock.advanceAsync(500);
  }
  expect(answers).toEqual([END_WITH_BANG, [3, 2, 0, 1], [3, 2, 0, 7]]);
});
