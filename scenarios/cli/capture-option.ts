import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { Observe } from '../../hil/runtime/observation.ts';
import { sizeBytes } from '../../hil/runtime/quantities.ts';
import type { WireTap } from '../../hil/transport/wire-tap.ts';
import { createCaptureFile, DEFAULT_LIMITS, type CaptureFacts } from '../../reports/pcapng/capture-file.ts';
import { sectionComment } from '../../reports/pcapng/decode-hints.ts';
import { createWireCapture } from '../../reports/pcapng/wire-capture.ts';
import { parseInteger } from './option-parsers.ts';

export interface CaptureLimitFlags {
  readonly captureLimit: number;
  readonly capturePackets: number;
}

export interface CaptureFlags extends CaptureLimitFlags {
  readonly capture?: string;
  readonly captureOffset?: number;
}

const BYTES_MIN = 4_096;
const PACKETS_MAX = 1_000_000_000;

/** The options of a part that can capture what passes. */
export function addCaptureOptions(command: Command): Command {
  return addCaptureLimits(command.option('--capture <file>', 'write what passes into a pcapng file, which Wireshark opens; its comment says how to decode RTU')).addOption(
    // The runner gives all its children the same, so that their captures are in step with each other and with the journal.
    new Option('--capture-offset <ms>').argParser(Number).hideHelp(),
  );
}

export function addCaptureLimits(command: Command): Command {
  return command
    .addOption(new Option('--capture-limit <size>', 'a capture stops at this size, and says so').argParser(parseLimit).default(DEFAULT_LIMITS.bytesMax, '64MiB'))
    .option('--capture-packets <number>', 'a capture stops at so many packets, and says so', parseInteger(1, PACKETS_MAX, 'packets'), DEFAULT_LIMITS.packetsMax);
}

export interface OpenCapture {
  readonly wire: WireTap;
  close(): CaptureFacts;
}

export interface CaptureDeps {
  readonly id: string;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Pick<Logger, 'warn'>;
}

/** @returns Undefined when no capture is asked for. @throws FieldproofError FP_FILE_UNREADABLE. */
export function openCapture(flags: CaptureFlags, { id, clock, observe, log }: CaptureDeps): OpenCapture | undefined {
  if (flags.capture === undefined) return undefined;
  const file = createCaptureFile({
    path: resolve(flags.capture),
    comment: sectionComment(`what fieldproof saw at ${id}`),
    limits: { bytesMax: flags.captureLimit, packetsMax: flags.capturePackets },
    clock,
    onStopped: ({ because }) => {
      observe('capture.stopped', { because });
      log.warn('the capture has stopped', { because });
    },
  });
  const wire = createWireCapture(file, { clock, wallOffsetMs: flags.captureOffset ?? clock.wallMs() - clock.nowMs() });
  return {
    wire,
    close: () => {
      wire.end();
      return file.close();
    },
  };
}

function parseLimit(text: string): number {
  const parsed = sizeBytes.safeParse(text);
  if (parsed.success && parsed.data >= BYTES_MIN) return parsed.data;
  throw new FieldproofError('FP_USAGE', `--capture-limit ${text}: expected a size from 4KiB on, such as 64MiB`);
}
