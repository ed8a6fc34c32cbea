import { afterEach, expect, test } from 'vitest';
import { encodeRtu } from '../../hil/protocols/modbus/rtu.ts';
import { createRtuFramer } from '../../hil/protocols/modbus/rtu-framer.ts';
import { unitId } from '../../hil/protocols/modbus/unit-id.ts';
import { describeWith, MBPOLL } from '../../hil/runtime/foreign-program.contract.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import type { ObservationData } from '../../hil/runtime/observation.ts';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import { openSerial } from '../../hil/transport/serial-link.ts';
import { serveRtu } from '../plc/rtu-server.ts';
import { testDevice } from '../plc/test-device.contract.ts';
import { attachLink, openEmulatedLine, type EmulatedLine, type EmulatedLineOptions } from './emulated-line.ts';
import { mbpollRead } from './mbpoll-reader.contract.ts';
import { PYMODBUS, startPymodbusStation } from './pymodbus-station.contract.ts';

const BAUD_RATE = 19_200;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Opened {
  readonly line: EmulatedLine;
  readonly observed: { readonly type: string; readonly data: ObservationData }[];
  readonly path: (node: number) => string;
}

async function open(nodes: number, more: Partial<EmulatedLineOptions> = {}): Promise<Opened> {
  const observed: Opened['observed'] = [];
  const options: EmulatedLineOptions = { id: 'line', nodes, baudRate: BAUD_RATE, parity: 'even', onError: 'drop', ...more };
  const line = await openEmulatedLine(options, { clock: realClock, random: randomFromSeed(1), observe: (type, data) => void observed.push({ type, data }), log: silentLogger });
  cleanUps.push(() => line.close());
  return { line, observed, path: (node) => line.nodes[node - 1]?.path ?? '' };
}

/** Puts one of our devices on the line; its register 0 tells its unit id. */
function station(line: EmulatedLine, unit: number): void {
  const { a: far, b: link } = memoryLinkPair(`unit ${unit}`);
  const device = testDevice(realClock);
  device.process.set('word', unit);
  attachLink(line.bus, `unit-${unit}`, far);
  serveRtu(link, { baudRate: BAUD_RATE, units: new Map([[unit, device.server]]), framing: 'silence', carrier: 'paced' }, { clock: realClock, log: silentLogger });
}

/** What a node that only listens makes of the line: unit id and function code of each frame. */
async function eavesdrop(path: string): Promise<string[]> {
  const heard: string[] = [];
  const port = await openSerial(path, { baudRate: BAUD_RATE, parity: 'none', stopBits: 1 });
  cleanUps.push(() => port.destroy());
  const framer = createRtuFramer({ framing: 'length', direction: 'either', silenceMs: 20 });
  port.onBytes((chunk) => {
    for (const event of framer.push(chunk, realClock.nowMs())) heard.push(event.kind === 'frame' ? `${event.unitId}:${event.pdu[0]}:${event.byteCount}` : 'corrupt');
  });
  return heard;
}

describeWith([MBPOLL], 'mbpoll on an emulated line', () => {
  test('reads two of our units that sit on nodes of their own, while a third node hears every frame', async () => {
    const { line, path } = await open(2);
    station(line, 1);
    station(line, 7);
    const heard = await eavesdrop(path(2));
    const client = { path: path(1), baudRate: BAUD_RATE };
    expect((await mbpollRead(client, { unit: 1 })).values).toEqual([1]);
    expect((await mbpollRead(client, { unit: 7 })).values).toEqual([7]);
    while (heard.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(heard).toEqual(['1:3:8', '1:3:7', '7:3:8', '7:3:7']);
    expect(line.counters()).toMatchObject({ bursts: 4, bytes: 30, collisions: 0, damagedBytes: 0 });
  });

  test('does not understand a very noisy line, and does when the noise is gone', async () => {
    const { line, path } = await open(1, { bitErrorRate: 0.1 });
    station(line, 1);
    const client = { path: path(1), baudRate: BAUD_RATE };
    expect((await mbpollRead(client)).values).toEqual([]);
    expect(line.counters().damagedBytes).toBeGreaterThan(0);
    line.setNoise(0);
    expect((await mbpollRead(client)).values).toEqual([1]);
  });

  test('is cut off when its plug is pulled, and finds the same path again', async () => {
    const { line, observed, path } = await open(1);
    station(line, 1);
    const client = { path: path(1), baudRate: BAUD_RATE };
    await line.unplug('node-1');
    expect((await mbpollRead(client)).output).toMatch(/No such file/u);
    await line.plug('node-1');
    expect((await mbpollRead(client)).values).toEqual([1]);
    expect(observed.map(({ type }) => type).filter((type) => type !== 'line.sample')).toEqual(['line.unplugged', 'line.plugged']);
    await expect(line.unplug('node-9')).rejects.toMatchObject({ code: 'FP_SCENARIO_REFERENCE' });
  });

  test('takes its own echo for the answer where an adapter does not suppress it', async () => {
    const { line, path } = await open(1, { echo: true });
    station(line, 1);
    expect((await mbpollRead({ path: path(1), baudRate: BAUD_RATE })).values).toEqual([]);
  });
});

describeWith([MBPOLL, PYMODBUS], 'a pymodbus station beside ours', () => {
  test('both are read by mbpoll over one line', async () => {
    const { line, path } = await open(2);
    station(line, 1);
    const foreign = await startPymodbusStation(path(2), 5, BAUD_RATE);
    cleanUps.push(foreign.stop);
    const client = { path: path(1), baudRate: BAUD_RATE };
    expect((await mbpollRead(client, { unit: 5, count: 2 })).values).toEqual([4_711, 42]);
    expect((await mbpollRead(client, { unit: 1 })).values).toEqual([1]);
    // It has heard our answer, which its framer takes for the beginning of a request: as on a real line, one question is lost.
    const tries = [await mbpollRead(client, { unit: 5 }), await mbpollRead(client, { unit: 5 })];
    expect(tries.at(-1)?.values).toEqual([4_711]);
    expect(line.counters()).toMatchObject({ collisions: 0, damagedBytes: 0, lostBytes: 0 });
  });
});

test('two clients that ask at once collide, and neither frame is understood', async () => {
  const { line, path } = await open(2);
  station(line, 1);
  const ports = await Promise.all([1, 2].map((node) => openSerial(path(node), { baudRate: BAUD_RATE, parity: 'none', stopBits: 1 })));
  cleanUps.push(...ports.map((port) => () => port.destroy()));
  const request = encodeRtu(unitId(1), Uint8Array.of(3, 0, 0, 0, 1));
  await Promise.all(ports.map((port) => port.send(request)));
  while (line.counters().bursts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(line.counters()).toMatchObject({ collisions: 1, bursts: 1 });
});
