import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { connectionEnd } from '../bench/heard.ts';
import { told } from '../bench/peer.ts';
import type { MqttBench, Session } from '../bench/mqtt-bench.ts';
import type { BrokerPurpose } from './broker-purpose.ts';

/** The shortest that CONNECT can ask for, seconds. */
const KEEP_ALIVE_S = 1;
/** A server that names a longer one of its own (5.0) is not waited for, seconds. */
const WAITED_FOR_MAX_S = 20;
const LATER_THAN = 1.5;
/** The standard does not say how soon a server notices, and some look at all their clients every few seconds. */
const GRACE_MS = 10_000;

/** What a broker does when its client falls silent. */
export const KEEP_ALIVE_PURPOSES: readonly BrokerPurpose[] = [
  {
    area: 'KEEPALIVE',
    number: 1,
    version: 1,
    statements: { '3.1.1': ['MQTT-3.1.2-24'], '5.0': ['MQTT-3.1.2-22'] },
    purpose: 'A client that says nothing for one and a half times its keep alive is disconnected',
    caughtBy: 'ignores-keep-alive',
    run: async (bench) => {
      const session = await bench.connected('a', { keepAliveS: KEEP_ALIVE_S });
      await session.peer.send({ type: 'pingreq' });
      await session.peer.needPacket('PINGREQ', 'pingresp');
      await expectCut(bench, session, keepAliveOf(session));
    },
  },
  {
    area: 'KEEPALIVE',
    number: 2,
    version: 1,
    statements: { '5.0': ['MQTT-3.2.2-22'] },
    purpose: 'A broker that names no keep alive of its own uses that of the client',
    caughtBy: 'ignores-keep-alive',
    run: async (bench) => {
      const session = await bench.connected('a', { keepAliveS: KEEP_ALIVE_S });
      if (session.connack.properties.serverKeepAliveS !== undefined) bench.wire.note('the server names a keep alive of its own: nothing to judge');
      else await expectCut(bench, session, KEEP_ALIVE_S);
    },
  },
];

/** The keep alive that holds, seconds. @see MQTT 5.0 section 3.2.2.3.14 */
export function keepAliveOf({ connack }: Session): number {
  const keepAliveS = connack.properties.serverKeepAliveS ?? KEEP_ALIVE_S;
  if (keepAliveS === 0 || keepAliveS > WAITED_FOR_MAX_S) inconclusiveCase(`the server sets the keep alive to ${keepAliveS} s, which the case does not wait for`);
  return keepAliveS;
}

/**
 * The server ends the connection of a client that says nothing more; 5.0 may say why. An earlier end is no fault: a server
 * may disconnect whom it takes for inactive at any time (section 3.1.2.10).
 */
export async function expectCut(bench: MqttBench, { peer }: Session, keepAliveS: number): Promise<void> {
  const silenceMs = keepAliveS * LATER_THAN * 1_000;
  const given = bench.context.pixit.values['timerGraceMs'];
  const graceMs = typeof given === 'number' ? given : GRACE_MS;
  bench.wire.note(`${peer.name}: silent until the SUT ends the connection, which is due after ${silenceMs} ms`);
  const heard = await peer.next(silenceMs + graceMs);
  const saysWhy = bench.version === 5 && heard.kind === 'packet' && heard.packet.type === 'disconnect';
  if (heard.kind !== 'closed' && !saysWhy) failCase(`${peer.name}: after ${silenceMs} ms of silence, and ${graceMs} ms more, expected the end of the connection, but ${told(heard)}`);
  if (saysWhy) await peer.expect('the DISCONNECT after the keep alive', connectionEnd);
}
