import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { connectedToKept, keptSession } from '../bench/kept-session.ts';
import type { ConnectFields, MqttBench, Session } from '../bench/mqtt-bench.ts';
import type { Peer } from '../bench/peer.ts';
import { statementIn } from './handshake-model.ts';

/**
 * How a connection ends in the middle of a handshake: closed in good order, broken off, taken over by a second connection
 * of the same client, or by a restart of the SUT.
 */
export const FAULT_KINDS = ['fin', 'reset', 'takeover', 'restart'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** As a purpose says it: `its connection ...`. */
export const FAULT_WORDS: Readonly<Record<FaultKind, string>> = {
  fin: 'is closed without DISCONNECT',
  reset: 'is cut',
  takeover: 'is taken over by a second connection',
  restart: 'is lost because the broker restarts',
};

/** How long a SUT that restarts is left alone before it is dialled again, milliseconds. */
const DIAL_PAUSE_MS = 100;

/** What was sent gets so long to arrive before a restart, milliseconds. */
const UNDER_WAY_MS = 50;

/** A client with a session that outlives its connections, which end by faults and are resumed. */
export class FaultyClient {
  readonly bench: MqttBench;
  readonly label: string;
  #session: Session;
  #connections = 1;
  #fault: FaultKind = 'fin';

  constructor(bench: MqttBench, label: string, session: Session) {
    this.bench = bench;
    this.label = label;
    this.#session = session;
  }

  get peer(): Peer {
    return this.#session.peer;
  }

  get session(): Session {
    return this.#session;
  }

  /** Ends the connection; a takeover ends it when the next one begins. */
  async cut(fault: FaultKind): Promise<void> {
    const { wire } = this.bench;
    this.#fault = fault;
    if (fault === 'fin' || fault === 'reset') await wire.close(this.peer.name, fault);
    if (fault !== 'restart') return;
    await wire.pause(UNDER_WAY_MS);
    await wire.act('restart', {});
  }

  /**
   * The next connection of the same client; a session that is gone fails the case, unless a new one was asked for.
   * @returns Whether the session before is still there.
   */
  async resume(fields: ConnectFields = keptSession(this.bench), session: 'judged' | 'any' = 'judged'): Promise<boolean> {
    this.#connections += 1;
    const label = `${this.label}-${this.#connections}`;
    const given = { ...fields, clientId: this.#session.clientId };
    if (this.#fault === 'restart') await untilBack(this.bench);
    this.#session = { ...(await this.bench.connected(label, given)), clientId: this.#session.clientId };
    const { sessionPresent } = this.#session.connack;
    const isWanted = fields.cleanStart !== true && session === 'judged';
    if (isWanted && !sessionPresent) {
      failCase(`${label}: the session of the client is gone, which was kept beyond its connection`, [statementIn(this.bench.version, '3.1.2-4', '3.1.2-5')]);
    }
    return sessionPresent;
  }
}

/** Waits until the SUT that was restarted takes connections again; inconclusive when it does not in time. */
export async function untilBack({ wire, context }: MqttBench): Promise<void> {
  const { restartTimeoutMs } = context.pixit;
  for (let attempt = 0; attempt < Math.ceil(restartTimeoutMs / DIAL_PAUSE_MS); attempt += 1) {
    if ((await wire.open('is-back')) === 'open') {
      await wire.close('is-back', 'fin');
      return;
    }
    await wire.pause(DIAL_PAUSE_MS);
  }
  inconclusiveCase(`the SUT takes no connection ${restartTimeoutMs} ms after its restart`);
}

/** Connected, with a session that is kept; inconclusive when that cannot be had. */
export async function faultyClient(bench: MqttBench, label: string): Promise<FaultyClient> {
  return new FaultyClient(bench, label, await connectedToKept(bench, label));
}
