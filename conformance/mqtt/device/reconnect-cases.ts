import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DevicePurpose } from './device-purpose.ts';

/** Delays between the end of a connection and the next one, milliseconds. */
const SAMPLES = 6;
const SAMPLES_MIN = 4;
/** The longest delay has to be so many times the shortest. */
const GROWTH_MIN = 1.5;
/** Two delays of the same attempt that differ by less are taken as not drawn. */
const SAME_RATIO = 0.03;
const SAME_MS = 30;

type Refusal = 'no CONNACK' | 'a cut at once';

/** Refuses the device again and again, and measures when it comes back. One stretch for each kind and round. */
function delays(bench: DeviceBench, refusal: Refusal, round: number): Promise<readonly number[]> {
  return bench.wire.shared(`delays after ${refusal}, round ${round}, version ${bench.version}`, async (wire) => {
    const own = bench.on(wire);
    await own.start();
    const found: number[] = [];
    let endedMs: number | undefined;
    for (let sample = 0; sample <= own.numberOf('backoffSamples', SAMPLES); sample += 1) {
      const opened = await own.tryOpen();
      if (opened === undefined) break;
      // When it came: its CONNECT is there as soon as the connection is.
      if (endedMs !== undefined && opened.first.kind !== 'silence') found.push(opened.first.tMs - endedMs);
      if (refusal === 'no CONNACK') await opened.peer.next(own.numberOf('connackWaitMs', 30_000));
      await opened.peer.cut();
      endedMs = wire.nowMs();
    }
    return found;
  });
}

const RECONNECT_SOURCE = 'beside the standard, which leaves to the client whether it comes back: what a device in the field needs';
const BACKOFF_SOURCE = 'beside the standard, which names no delay: backoff with jitter, so that a fleet does not come back at once';

function tooFew(count: number): boolean {
  return count < SAMPLES_MIN;
}

function growing(number: number, refusal: Refusal): DevicePurpose {
  return {
    area: 'BACKOFF',
    number,
    statements: { '3.1.1': [], '5.0': [] },
    source: BACKOFF_SOURCE,
    level: 'should',
    purpose: `After ${refusal} the device waits longer from attempt to attempt`,
    requires: ['RECONNECTS'],
    caughtBy: 'comes-back-at-once',
    run: async (bench) => {
      const found = await delays(bench, refusal, 1);
      const sample = `${found.length} delays: ${found.map((ms) => Math.round(ms)).join(', ')} ms`;
      if (tooFew(found.length)) inconclusiveCase(`${SAMPLES_MIN} delays are needed, there are ${sample}`);
      if (Math.max(...found) < GROWTH_MIN * Math.max(1, Math.min(...found))) failCase(`the delays do not grow (${sample})`);
    },
  };
}

export const RECONNECT_PURPOSES: readonly DevicePurpose[] = [
  {
    area: 'RECONNECT',
    number: 1,
    statements: { '3.1.1': [], '5.0': [] },
    source: RECONNECT_SOURCE,
    level: 'should',
    purpose: 'The device comes back when its connection is lost',
    requires: ['RECONNECTS'],
    caughtBy: 'does-not-come-back',
    run: async (bench) => {
      const connection = await bench.fresh();
      await connection.serve(bench.context.pixit.quietMs);
      await connection.close('reset');
      if ((await bench.tryOpen()) === undefined) failCase(`the device did not come back within ${bench.connectWaitMs} ms`);
    },
  },
  growing(1, 'a cut at once'),
  growing(2, 'no CONNACK'),
  {
    area: 'BACKOFF',
    number: 3,
    statements: { '3.1.1': [], '5.0': [] },
    source: BACKOFF_SOURCE,
    level: 'should',
    purpose: 'The delays before the device comes back are drawn: two starts do not give the same',
    requires: ['RECONNECTS'],
    caughtBy: 'comes-back-without-jitter',
    run: async (bench) => {
      const [first, second] = [await delays(bench, 'a cut at once', 1), await delays(bench, 'a cut at once', 2)];
      const pairs = first.slice(0, second.length).map((ms, index) => [ms, second[index] ?? 0] as const);
      if (tooFew(pairs.length)) inconclusiveCase(`${SAMPLES_MIN} pairs of delays are needed, there are ${pairs.length}`);
      const isSame = pairs.every(([a, b]) => Math.abs(a - b) < SAME_MS + SAME_RATIO * Math.max(a, b));
      if (isSame) failCase(`${pairs.length} pairs of delays are the same: ${pairs.map((pair) => pair.map(Math.round).join('/')).join(', ')} ms`);
    },
  },
  {
    area: 'ENDURANCE',
    number: 1,
    statements: { '3.1.1': [], '5.0': [] },
    source: RECONNECT_SOURCE,
    level: 'should',
    purpose: 'The device lives through intermittent connectivity (PIXIT enduranceMs): it comes back and acknowledges each time',
    requires: ['RECONNECTS', 'SUBSCRIBES'],
    caughtBy: 'does-not-come-back',
    run: async (bench) => {
      await bench.start();
      const endMs = bench.wire.nowMs() + bench.numberOf('enduranceMs', 60_000);
      let rounds = 0;
      while (bench.wire.nowMs() < endMs || rounds < 2) {
        const opened = await bench.tryOpen();
        if (opened === undefined) failCase(`the device did not come back after ${rounds} cuts`);
        if (opened.first.kind !== 'packet' || opened.first.packet.type !== 'connect') return inconclusiveCase('no CONNECT came');
        const connection = bench.connectionOf(opened.peer, opened.first, opened.first.packet);
        await bench.connack(connection);
        const packetId = await bench.deliver(connection, 1);
        await connection.expectPacket(`PUBLISH after ${rounds} cuts`, 'puback', '', (puback) => puback.packetId === packetId);
        await connection.close('reset');
        rounds += 1;
      }
    },
  },
];
