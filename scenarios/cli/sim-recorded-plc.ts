import { resolve } from 'node:path';
import { readRecording } from '../../hil/rig/recording/read-recording.ts';
import { createLogger, type LogLevel } from '../../hil/runtime/log.ts';
import { randomFromHex, randomFromSeed } from '../../hil/runtime/random.ts';
import { startRecordedPlc, type RecordedPlcOptions } from '../../sim/plc/recording/recorded-plc.ts';
import type { AtEnd } from '../../sim/plc/recording/recorded-timeline.ts';
import type { ProgramContext } from './program-context.ts';
import { runService } from './supervised-service.ts';

export interface RecordedPlcFlags {
  readonly recording: string;
  readonly atEnd: AtEnd;
  readonly group: string;
  readonly transport: RecordedPlcOptions['line']['transport'];
  readonly host: string;
  readonly port: number;
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly seed?: number;
  readonly seedHex?: string;
  readonly logLevel: LogLevel;
  readonly supervised?: boolean;
}

/** `fieldproof sim plc --recording`: one device that answers like the recorded one, under its unit id. */
export function simRecordedPlc(flags: RecordedPlcFlags, context: ProgramContext): Promise<number> {
  const { group, atEnd } = flags;
  const recording = readRecording(resolve(flags.recording));
  const line = lineOf(flags);
  const log = createLogger(group, flags.logLevel);
  const random = flags.seedHex === undefined ? randomFromSeed(flags.seed ?? context.drawSeed()) : randomFromHex(flags.seedHex);
  return runService(context, { id: group, supervised: flags.supervised ?? false, log }, async (channel) => {
    const device = `${group}-1`;
    const plc = await startRecordedPlc(
      { recording, atEnd, device, line },
      { clock: context.clock, random: random.child(`plc/${group}`, 1), observe: channel.observerFor(group), log },
    );
    const facts = { device, unit: plc.unit, profile: flags.recording, endpoint: { ...plc.endpoint } };
    return { facts: { group, lengthMs: plc.lengthMs, devices: [facts] }, stop: () => plc.stop() };
  });
}

function lineOf({ transport, host, port, baud, parity }: RecordedPlcFlags): RecordedPlcOptions['line'] {
  return transport === 'modbus-tcp' ? { transport, host, port } : { transport, baudRate: baud, parity, stopBits: parity === 'none' ? 2 : 1 };
}
