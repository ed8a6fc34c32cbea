import { sleep, type Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { JsonValue } from '../../hil/runtime/observation.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { CaseWire, FrameCutter, WireEvent } from './case-wire.ts';
import { toHex, type EvidenceStep } from './evidence.ts';
import { liveConnection, type LiveConnection } from './live-connection.ts';
import { sharedRecorder, type SharedStretches } from './shared-stretches.ts';

/** How a case reaches the outside; one set for each case. */
export interface LiveWireDeps {
  readonly clock: Clock;
  readonly cutFrames: () => FrameCutter;
  /** @throws FieldproofError when the SUT cannot be reached there. */
  readonly dial: (target: string | undefined) => Promise<ByteLink>;
  /** The next connection that the SUT opens to us; undefined when there is none in time. */
  readonly accept: (waitMs: number) => Promise<ByteLink | undefined>;
  readonly act: (action: string, params: { readonly [key: string]: JsonValue }) => Promise<JsonValue>;
  /** Takes each step as it happens. */
  readonly record: (step: EvidenceStep) => void;
  /** Steps of shared stretches by name, kept for the other cases of the run; left out: each case does them itself. */
  readonly shared?: SharedStretches;
}

/** A wire to a real SUT. `finish` closes whatever the case left open and records what it never read. */
export interface LiveWire extends CaseWire {
  finish(): Promise<void>;
}

const SEND_TIMEOUT_MS = 10_000;

export function liveWire(deps: LiveWireDeps): LiveWire {
  const startMs = deps.clock.nowMs();
  const nowMs = (): number => Math.round((deps.clock.nowMs() - startMs) * 1_000) / 1_000;
  const connections = new Map<string, LiveConnection>();
  const stretches = sharedRecorder(deps);
  const record = stretches.record;
  const the = (on: string): LiveConnection => {
    const connection = connections.get(on);
    if (connection === undefined) throw new FieldproofError('FP_INTERNAL', `the case uses the connection ${on} before it opens it`);
    return connection;
  };
  const keep = async (on: string, link: ByteLink): Promise<void> => {
    await connections.get(on)?.close('reset');
    connections.set(on, liveConnection(link, deps.cutFrames(), deps.clock, nowMs));
  };
  const wire: LiveWire = {
    open: async (on, target) => {
      const link = await dialOrRefused(deps, target);
      if (link !== undefined) await keep(on, link);
      const result = link === undefined ? 'refused' : 'open';
      record({ op: 'open', tMs: nowMs(), on, target: target ?? '', result });
      return result;
    },
    accept: async (on, waitMs) => {
      const link = await deps.accept(waitMs);
      if (link !== undefined) await keep(on, link);
      const result = link === undefined ? 'silence' : 'open';
      record({ op: 'accept', tMs: nowMs(), on, result });
      return result;
    },
    send: async (on, bytes) => {
      const tMs = nowMs();
      const result = await sendInTime(the(on), bytes, deps.clock);
      record({ op: 'send', tMs, on, hex: toHex(bytes), result });
      return result;
    },
    next: async (on, waitMs) => {
      const event = await the(on).next(waitMs);
      record(stepOf(on, event));
      return event;
    },
    close: async (on, how) => {
      await the(on).close(how);
      record({ op: 'close', tMs: nowMs(), on, how });
    },
    pause: async (ms) => {
      await sleep(deps.clock, ms);
      record({ op: 'pause', tMs: nowMs(), ms });
    },
    act: async (action, params) => {
      const result = await deps.act(action, params);
      record({ op: 'act', tMs: nowMs(), action, params, result });
      return result;
    },
    shared: (name, script) => stretches.run(name, script, wire),
    nowMs: () => {
      const tMs = nowMs();
      record({ op: 'now', tMs });
      return tMs;
    },
    note: (text) => record({ op: 'note', tMs: nowMs(), text }),
    finish: async () => {
      for (const [on, connection] of connections) {
        for (const { bytes, tMs } of connection.unread()) record({ op: 'unread', tMs, on, hex: toHex(bytes) });
        await connection.close('reset');
      }
    },
  };
  return wire;
}

/** A SUT that takes no bytes any more must not hang the tester. */
async function sendInTime(connection: LiveConnection, bytes: Uint8Array, clock: Clock): Promise<boolean> {
  const giveUp = new AbortController();
  const late = sleep(clock, SEND_TIMEOUT_MS, giveUp.signal).then(() => false);
  const result = await Promise.race([connection.send(bytes), late]);
  giveUp.abort();
  return result;
}

async function dialOrRefused(deps: LiveWireDeps, target: string | undefined): Promise<ByteLink | undefined> {
  try {
    return await deps.dial(target);
  } catch (cause) {
    if (cause instanceof FieldproofError && cause.code !== 'FP_INTERNAL') return undefined;
    throw cause;
  }
}

function stepOf(on: string, event: WireEvent): EvidenceStep {
  if (event.kind === 'frame') return { op: 'frame', tMs: event.tMs, on, hex: toHex(event.bytes) };
  if (event.kind === 'closed') return { op: 'closed', tMs: event.tMs, on, how: event.how, hex: toHex(event.rest) };
  return { op: 'silence', tMs: event.tMs, on, waitedMs: event.waitedMs };
}
