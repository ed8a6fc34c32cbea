import { sleep } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { ByteLink, LinkAddress } from '../../transport/byte-link.ts';
import type { SouthboundLineConfig } from '../config/gateway-config.ts';
import { asciiPort } from './ascii-port.ts';
import { backoffMs } from './backoff.ts';
import { pollLine, scheduleDevices, type LinePolling, type PollLineDeps, type ScheduledDevice } from './line-poller.ts';
import type { LineTally } from './line-tally.ts';
import { libraryClient } from './library-client.ts';
import type { ModbusClient } from './modbus-client.ts';
import { observedTally } from './observed-tally.ts';
import { pduClient } from './pdu-client.ts';
import type { PolledDevice } from './polled-device.ts';
import { rtuPort } from './rtu-port.ts';
import type { SouthboundDeps } from './southbound-deps.ts';
import { tcpPort } from './tcp-port.ts';

/** Waits between attempts to open a line. They start over once a device has answered. */
export const RECONNECT_BOUNDS = { minimumMs: 200, maximumMs: 5_000 } as const;

/** What a line is given to work with; its `random` is its own. */
export type LineDeps = Omit<SouthboundDeps, 'loadProfile'> & Pick<PollLineDeps, 'calendar'>;

/** A configured line that keeps itself connected. */
export interface Line {
  readonly id: string;
  readonly devices: readonly PolledDevice[];
  readonly tally: LineTally;
  /** The client of the open link; undefined while there is none. */
  client(): ModbusClient | undefined;
  /** @param delayMs - Before the line is opened for the first time. */
  start(delayMs: number): void;
  /** Resolves when nothing of the line is under way any more. */
  stop(): Promise<void>;
}

/**
 * Opens the line, polls its devices, and opens it again after it was lost, with exponential backoff and jitter. Observes
 * `southbound.connected`, `southbound.lost` and `southbound.late`.
 */
export function superviseLine(config: SouthboundLineConfig, devices: readonly PolledDevice[], deps: LineDeps): Line {
  const { clock, random, openLink, observe, log, onReport, calendar } = deps;
  const tally = observedTally(config.id, { clock, observe });
  const stopping = new AbortController();
  let client: ModbusClient | undefined;
  let attempts = 0;
  let running: Promise<void> | undefined;
  let cutLink: (() => void) | undefined;
  const onAnswer = (): void => {
    attempts = 0;
  };
  // Spelled out and made once: thousands of lines make a spread of everything felt.
  const pollDeps: PollLineDeps = { clock, random, observe, log, onReport, calendar, tally, onAnswer };

  const tryOpen = async (): Promise<ByteLink | undefined> => {
    try {
      return await openLink(addressOf(config), stopping.signal);
    } catch (cause) {
      // The first failure of an outage is worth a line; the others would fill the log.
      if (attempts === 0 && !stopping.signal.aborted) log.warn('line cannot be opened', { line: config.id, because: messageOf(cause) });
      return undefined;
    }
  };

  /** Uses one link to its end. */
  const useLink = async (link: ByteLink, scheduled: readonly ScheduledDevice[]): Promise<void> => {
    const current: { polling?: LinePolling } = {};
    // Asked for before the client does: when its requests fail with the link, the line is known to be over.
    const linkEnded = link.closed.then(({ error }) => {
      current.polling?.end();
      return error?.message;
    });
    client = clientOf(config, link, pollDeps);
    observe('southbound.connected', { line: config.id });
    log.info('line connected', { line: config.id, link: link.name });
    const polling = pollLine(config, scheduled, client, pollDeps, () => link.destroy());
    current.polling = polling;
    cutLink = () => {
      polling.end();
      link.destroy();
    };
    const dead = await polling.ended;
    tally.flush();
    client = undefined;
    cutLink = undefined;
    link.destroy();
    const reason = dead ?? (await linkEnded) ?? 'closed by the other side';
    if (stopping.signal.aborted) return;
    observe('southbound.lost', { line: config.id, reason });
    log.warn('line lost', { line: config.id, reason });
  };

  const run = async (delayMs: number): Promise<void> => {
    if (delayMs > 0) await sleep(clock, delayMs, stopping.signal);
    const scheduled = scheduleDevices(devices, deps);
    while (!stopping.signal.aborted) {
      const link = await tryOpen();
      if (link !== undefined && stopping.signal.aborted) link.destroy();
      else if (link !== undefined) await useLink(link, scheduled);
      await sleep(clock, backoffMs(attempts, RECONNECT_BOUNDS, random), stopping.signal);
      attempts += 1;
    }
  };

  return {
    id: config.id,
    devices,
    tally,
    client: () => client,
    start: (delayMs) => {
      running ??= run(delayMs);
    },
    stop: async () => {
      stopping.abort();
      cutLink?.();
      await running;
    },
  };
}

function addressOf(config: SouthboundLineConfig): LinkAddress {
  if (config.transport === 'modbus-tcp' || config.transport === 'modbus-rtu-tcp') return { kind: 'tcp', host: config.host, port: config.port };
  return { kind: 'serial', path: config.path, line: { baudRate: config.baudRate, parity: config.parity, stopBits: config.stopBits } };
}

function clientOf(config: SouthboundLineConfig, link: ByteLink, { clock, calendar, tally }: PollLineDeps): ModbusClient {
  const { timeout: timeoutMs } = config;
  switch (config.transport) {
    case 'modbus-tcp':
      return pduClient(tcpPort(link, { clock, timeoutMs, tally, calendar }), tally, config.outstandingMax);
    case 'modbus-ascii':
      return libraryClient(asciiPort(link, { clock, timeoutMs, baudRate: config.baudRate, tally }), tally);
    case 'modbus-rtu':
    case 'modbus-rtu-tcp':
    default:
      return libraryClient(rtuPort(link, { clock, timeoutMs, baudRate: config.baudRate, tally }), tally);
  }
}
