import { sleep } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { ByteLink, LinkAddress } from '../../transport/byte-link.ts';
import type { SouthboundLineConfig } from '../config/gateway-config.ts';
import { backoffMs } from './backoff.ts';
import { pollLine, scheduleDevices, type ScheduledDevice } from './line-poller.ts';
import type { LinePort } from './line-port.ts';
import { newTally, type LineTally } from './line-tally.ts';
import { modbusClient, type ModbusClient } from './modbus-client.ts';
import type { PolledDevice } from './polled-device.ts';
import { rtuPort } from './rtu-port.ts';
import type { SouthboundDeps } from './southbound-deps.ts';
import { tcpPort } from './tcp-port.ts';

/** Waits between attempts to open a line. They start over once a device has answered. */
export const RECONNECT_BOUNDS = { minimumMs: 200, maximumMs: 5_000 } as const;

/** A configured line that keeps itself connected. */
export interface Line {
  readonly id: string;
  readonly devices: readonly PolledDevice[];
  readonly tally: LineTally;
  /** The client of the open link; undefined while there is none. */
  client(): ModbusClient | undefined;
  start(): void;
  /** Resolves when nothing of the line is under way any more. */
  stop(): Promise<void>;
}

/**
 * Opens the line, polls its devices, and opens it again after it was lost, with exponential backoff and jitter. Observes
 * `southbound.connected` and `southbound.lost`.
 */
export function superviseLine(config: SouthboundLineConfig, devices: readonly PolledDevice[], deps: SouthboundDeps): Line {
  const { clock, random, openLink, observe, log } = deps;
  const tally = newTally();
  const stopping = new AbortController();
  let client: ModbusClient | undefined;
  let attempts = 0;
  let running: Promise<void> | undefined;

  const tryOpen = async (): Promise<ByteLink | undefined> => {
    try {
      return await openLink(addressOf(config), stopping.signal);
    } catch (cause) {
      // The first failure of an outage is worth a line; the others would fill the log.
      if (attempts === 0 && !stopping.signal.aborted) log.warn('line cannot be opened', { line: config.id, because: messageOf(cause) });
      return undefined;
    }
  };

  const resetAttempts = (): void => {
    attempts = 0;
  };

  /** Uses one link to its end. */
  const useLink = async (link: ByteLink, scheduled: readonly ScheduledDevice[]): Promise<void> => {
    const over = new AbortController();
    const ended = watchEnd(link, over);
    const onStop = (): void => {
      over.abort();
      link.destroy();
    };
    stopping.signal.addEventListener('abort', onStop, { once: true });
    client = modbusClient(portOf(config, link, deps, tally), tally);
    observe('southbound.connected', { line: config.id });
    log.info('line connected', { line: config.id, link: link.name });
    const dead = await pollLine(config, scheduled, client, { ...deps, tally, onAnswer: resetAttempts }, over.signal);
    client = undefined;
    stopping.signal.removeEventListener('abort', onStop);
    link.destroy();
    const reason = dead ?? (await ended) ?? 'closed by the other side';
    if (stopping.signal.aborted) return;
    observe('southbound.lost', { line: config.id, reason });
    log.warn('line lost', { line: config.id, reason });
  };

  const run = async (): Promise<void> => {
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
    start: () => {
      running ??= run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** Aborts `over` when the link ends. @returns The link's own reason, when it states one. */
async function watchEnd(link: ByteLink, over: AbortController): Promise<string | undefined> {
  const { error } = await link.closed;
  over.abort();
  return error?.message;
}

function addressOf(config: SouthboundLineConfig): LinkAddress {
  if (config.transport === 'modbus-tcp') return { kind: 'tcp', host: config.host, port: config.port };
  return { kind: 'serial', path: config.path, line: { baudRate: config.baudRate, parity: config.parity, stopBits: config.stopBits } };
}

function portOf(config: SouthboundLineConfig, link: ByteLink, { clock }: SouthboundDeps, tally: LineTally): LinePort {
  if (config.transport === 'modbus-tcp') return tcpPort(link, { clock, timeoutMs: config.timeout, tally });
  return rtuPort(link, { clock, timeoutMs: config.timeout, baudRate: config.baudRate, tally });
}
