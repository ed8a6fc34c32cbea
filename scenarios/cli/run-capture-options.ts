import { Option, type Command } from 'commander';
import { CAPTURE_MODES, type CaptureMode } from '../engine/capture-mode.ts';
import { addCaptureLimits, type CaptureLimitFlags } from './capture-option.ts';
import type { RunOrder } from './execute-run.ts';

export interface RunCaptureFlags extends CaptureLimitFlags {
  readonly capture?: CaptureMode;
}

/** The options of a run that say which packets it keeps. */
export function addRunCaptureOptions(command: Command): Command {
  const what = 'packets kept in capture.pcapng: of faulted links and serial lines, or of Modbus/TCP and brokers too (default: what the scenario says, else links)';
  return addCaptureLimits(command.addOption(new Option('--capture <what>', what).choices(CAPTURE_MODES)));
}

export function captureOf({ capture, captureLimit, capturePackets }: RunCaptureFlags): RunOrder['capture'] {
  return { mode: capture, limits: { bytesMax: captureLimit, packetsMax: capturePackets } };
}
