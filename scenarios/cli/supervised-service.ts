import { openControlChannel, type ControlChannel } from '../../hil/runtime/control-channel.ts';
import { messageOf } from '../../hil/runtime/errors.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import { sampleProcess } from '../../hil/runtime/process-sampler.ts';
import type { WireTap } from '../../hil/transport/wire-tap.ts';
import { EXIT } from '../engine/exit-code.ts';
import { openCapture, type CaptureFlags } from './capture-option.ts';
import type { ProgramContext } from './program-context.ts';

/** A part that runs until it is told to stop. */
export interface RunningService {
  /** What the ready line says beside the pid: ports, devices. */
  readonly facts: Parameters<ControlChannel['ready']>[0];
  stop(reason: string): Promise<void>;
}

const SAMPLE_PERIOD_MS = 500;

/**
 * Runs a service as a program: starts it, prints the ready line, waits for a signal or for the parent to go, stops it.
 * Under a runner (`supervised`) Ctrl-C is left to the runner, which ends its children in the right order.
 * @param about - `id` is the source of the process samples in the journal; `capture` the options of a capture, if the
 *   service can make one.
 * @param start - Gets the capture to tell of what passes, when one is asked for.
 */
export async function runService(
  context: ProgramContext,
  { id, supervised, log, capture: captureFlags }: { readonly id: string; readonly supervised: boolean; readonly log: Logger; readonly capture?: CaptureFlags },
  start: (channel: ControlChannel, wire: WireTap | undefined) => Promise<RunningService>,
): Promise<number> {
  const channel = openControlChannel({ clock: context.clock, input: context.stdin, output: context.stdout, pid: context.pid, supervised });
  const ended = endOf(context, channel, supervised);
  const capture = captureFlags === undefined ? undefined : openCapture(captureFlags, { id, clock: context.clock, observe: channel.observerFor(id), log });
  const service = await start(channel, capture?.wire).catch((thrown: unknown) => {
    capture?.close();
    throw thrown;
  });
  const sampler = supervised ? sampleProcess(context.clock, channel.observerFor(id), SAMPLE_PERIOD_MS) : undefined;
  channel.ready(service.facts);
  const reason = await ended;
  log.info('stopping', { reason });
  sampler?.cancel();
  try {
    await service.stop(reason);
  } catch (thrown) {
    log.error('stopping failed', { error: messageOf(thrown) });
    return EXIT.error;
  } finally {
    const captured = capture?.close();
    if (captured !== undefined) log.info('captured', { file: captureFlags?.capture ?? '', packets: captured.packets, bytes: captured.bytes });
    await channel.close();
  }
  return EXIT.pass;
}

function endOf(context: ProgramContext, channel: ControlChannel, supervised: boolean): Promise<string> {
  return new Promise((resolve) => {
    context.onSignal((signal) => {
      if (supervised && signal === 'SIGINT') return;
      resolve(signal);
    });
    void channel.parentGone.then(() => resolve('the process that started this one is gone'));
  });
}
