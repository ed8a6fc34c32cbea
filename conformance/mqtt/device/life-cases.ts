import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DeviceConnection } from './device-connection.ts';
import type { DevicePurpose } from './device-purpose.ts';

/** Longest keep alive that a case waits for, seconds, unless the PIXIT says it (`keepAliveMaxS`). */
const KEEP_ALIVE_MAX_S = 70;

/** No gap between packets of the device may be longer than the keep alive. Nobody measures to the millisecond: `timerGraceMs`. */
async function keptAlive(bench: DeviceBench, connection: DeviceConnection, keepAliveS: number): Promise<void> {
  if (keepAliveS === 0) inconclusiveCase('the device turns the keep alive off');
  if (keepAliveS > bench.numberOf('keepAliveMaxS', KEEP_ALIVE_MAX_S)) inconclusiveCase(`the keep alive is ${keepAliveS} s, longer than the case waits (PIXIT keepAliveMaxS)`);
  const allowedMs = keepAliveS * 1_000 + bench.numberOf('timerGraceMs', 2_500);
  await connection.serve(bench.context.pixit.quietMs);
  for (let gap = 0; gap < 2; gap += 1) {
    // The first gap is often cut short by what the device sends after CONNACK.
    const heard = await connection.until(() => true, allowedMs);
    if (heard?.kind === 'closed' || connection.ended) inconclusiveCase('the device ended the connection');
    if (heard === undefined || heard.kind === 'silence') failCase(`nothing came for ${allowedMs} ms, and the keep alive is ${keepAliveS} s`);
  }
}

/** The device is made to send DISCONNECT. */
async function disconnected(bench: DeviceBench): Promise<DeviceConnection> {
  const connection = await bench.fresh();
  await connection.serve(bench.context.pixit.quietMs);
  const sent = (): boolean => connection.heard.some((heard) => heard.kind === 'packet' && heard.packet.type === 'disconnect');
  if (!sent() && !connection.ended) {
    if (bench.textOf('triggerDisconnect') === undefined) await bench.stop();
    else await bench.trigger(connection, 'triggerDisconnect');
    await connection.until(sent, bench.publishWaitMs);
  }
  return sent() ? connection : inconclusiveCase('the device sent no DISCONNECT');
}

export const LIFE_PURPOSES: readonly DevicePurpose[] = [
  {
    area: 'KEEPALIVE',
    number: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-23'], '5.0': ['MQTT-3.1.2-20'] },
    purpose: 'The device never lets its keep alive pass without a packet',
    requires: ['KEEP_ALIVE'],
    caughtBy: 'never-pings',
    run: async (bench) => {
      const connection = await bench.fresh();
      await keptAlive(bench, connection, connection.connect.keepAliveS);
    },
  },
  {
    area: 'KEEPALIVE',
    number: 2,
    statements: { '5.0': ['MQTT-3.1.2-21', 'MQTT-3.2.2-21'] },
    purpose: 'The device uses the Server Keep Alive in place of its own',
    caughtBy: 'ignores-server-keep-alive',
    run: async (bench) => {
      const serverKeepAliveS = bench.numberOf('serverKeepAliveS', 1);
      await keptAlive(bench, await bench.fresh({ properties: { serverKeepAliveS } }), serverKeepAliveS);
    },
  },
  {
    area: 'KEEPALIVE',
    number: 3,
    statements: { '3.1.1': [], '5.0': [] },
    source: 'MQTT 3.1.1 and 5.0 section 3.1.2.10 (no PINGRESP within a reasonable amount of time)',
    level: 'should',
    purpose: 'The device ends a connection on which its PINGREQ is not answered',
    requires: ['KEEP_ALIVE'],
    caughtBy: 'waits-for-no-pingresp',
    run: async (bench) => {
      const connection = await bench.fresh();
      connection.withheld.add('pingresp');
      const { keepAliveS } = connection.connect;
      if (keepAliveS === 0 || keepAliveS > bench.numberOf('keepAliveMaxS', KEEP_ALIVE_MAX_S)) inconclusiveCase(`the keep alive is ${keepAliveS} s`);
      const waitMs = keepAliveS * 1_000 + bench.numberOf('timerGraceMs', 2_500);
      await connection.needPacket('silence', 'pingreq', '', () => true, waitMs);
      // How long is "a reasonable amount of time" (section 3.1.2.10 of both) is the vendor's to say.
      const patienceMs = bench.numberOf('pingTimeoutMs', 2 * keepAliveS * 1_000 + 2_500);
      await connection.serve(patienceMs);
      if (!connection.ended) failCase(`PINGREQ was not answered for ${patienceMs} ms, and the device keeps the connection`);
    },
  },
  {
    area: 'DISCONNECT',
    number: 1,
    statements: { '3.1.1': ['MQTT-3.14.4-1'], '5.0': ['MQTT-3.14.4-2'] },
    purpose: 'After DISCONNECT the device closes the connection',
    requires: ['DISCONNECTS'],
    caughtBy: 'stays-after-disconnect',
    run: async (bench) => (await disconnected(bench)).expectEnd('its DISCONNECT'),
  },
  {
    area: 'DISCONNECT',
    number: 2,
    statements: { '3.1.1': ['MQTT-3.14.4-2'], '5.0': ['MQTT-3.14.4-1'] },
    purpose: 'After DISCONNECT the device sends nothing more',
    requires: ['DISCONNECTS'],
    caughtBy: 'sends-after-disconnect',
    run: async (bench) => {
      const connection = await disconnected(bench);
      await connection.serve(bench.context.pixit.quietMs);
      const at = connection.heard.findIndex((heard) => heard.kind === 'packet' && heard.packet.type === 'disconnect');
      const after = connection.heard.slice(at + 1).filter(({ kind }) => kind === 'packet' || kind === 'malformed');
      if (after.length > 0) failCase(`${after.length} packets came after DISCONNECT`);
    },
  },
  {
    area: 'DISCONNECT',
    number: 3,
    statements: { '5.0': ['MQTT-3.14.1-1'] },
    purpose: 'The device sends DISCONNECT with the flags 0000',
    requires: ['DISCONNECTS'],
    caughtBy: 'disconnect-with-flags',
    run: async (bench) => {
      const connection = await bench.fresh();
      await connection.serve(bench.context.pixit.quietMs);
      if (bench.textOf('triggerDisconnect') === undefined) await bench.stop();
      else await bench.trigger(connection, 'triggerDisconnect');
      await connection.serve(bench.publishWaitMs);
      const sent = connection.heard.find((heard) => (heard.kind === 'packet' || heard.kind === 'malformed') && (heard.bytes[0] ?? 0) >> 4 === 14);
      if (sent === undefined) inconclusiveCase('the device sent no DISCONNECT');
      if (sent.kind === 'malformed' && sent.violation.statement === 'MQTT-3.14.1-1') failCase(`DISCONNECT came with reserved flags: ${sent.violation.because}`);
    },
  },
];
