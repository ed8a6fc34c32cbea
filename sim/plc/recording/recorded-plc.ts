import { pointsOf } from '../../../hil/gateway/southbound/point.ts';
import { recordedProfile } from '../../../hil/rig/recording/recorded-profile.ts';
import type { Recording } from '../../../hil/rig/recording/recording-format.ts';
import { turnaroundTimes } from '../../../hil/rig/recording/response-times.ts';
import type { Random } from '../../../hil/runtime/random.ts';
import type { ByteLink, SerialLine } from '../../../hil/transport/byte-link.ts';
import { serveAscii } from '../ascii-server.ts';
import type { ModbusServer } from '../modbus-server.ts';
import type { PlcEndpoint } from '../plc-lines.ts';
import { layOutRegisters } from '../register-layout.ts';
import { serveRtu } from '../rtu-server.ts';
import { openPtyPair } from '../serial-line/pty-pair.ts';
import { serveTcp } from '../tcp-server.ts';
import { createVirtualPlc, type VirtualPlcDeps } from '../virtual-plc.ts';
import { delayedLink } from './delayed-link.ts';
import { recordedServerOptions } from './recorded-identity.ts';
import { recordedProcess } from './recorded-process.ts';
import { recordedServer } from './recorded-server.ts';
import { recordedTimeline, type AtEnd } from './recorded-timeline.ts';

export interface RecordedPlcOptions {
  readonly recording: Recording;
  readonly atEnd: AtEnd;
  /** Name in observations. */
  readonly device: string;
  /** Default: the unit id of the recorded device. */
  readonly unit?: number;
  readonly line:
    | { readonly transport: 'modbus-tcp'; readonly host: string; readonly port: number }
    | ({ readonly transport: 'modbus-rtu' | 'modbus-ascii' } & SerialLine);
}

export interface RecordedPlcDeps extends VirtualPlcDeps {
  /** Delays are drawn from it. */
  readonly random: Random;
}

/** A virtual PLC that answers like a recorded device. */
export interface RecordedPlc {
  readonly device: string;
  readonly unit: number;
  /** How long the recording is, milliseconds. */
  readonly lengthMs: number;
  readonly endpoint: PlcEndpoint;
  stop(): Promise<void>;
}

/**
 * Replays a recording: the same values at the same times since the start, the same exceptions, and delays drawn from the
 * recorded ones.
 * @throws FieldproofError FP_PORT_IN_USE, FP_BIND_FAILED, FP_SERIAL_UNSUPPORTED; FP_LIMIT beyond 4,096 recorded addresses.
 */
export async function startRecordedPlc(options: RecordedPlcOptions, deps: RecordedPlcDeps): Promise<RecordedPlc> {
  const { recording, atEnd, device, line } = options;
  const unit = options.unit ?? recording.header.unit;
  const timeline = recordedTimeline(recording, atEnd);
  const profile = recordedProfile(recording);
  const layout = layOutRegisters(pointsOf(profile));
  const originMs = deps.clock.nowMs();
  const model = recordedProcess(layout.points, timeline, originMs);
  const plc = createVirtualPlc({ device, unit, profileName: profile.name, layout, model, serverOptions: recordedServerOptions(recording.header) }, deps);
  const refused = (functionCode: number, exceptionCode: number): void => deps.observe('plc.exception', { device, unit, functionCode, exceptionCode });
  const server = recordedServer(plc.server, timeline, { originMs, clock: deps.clock, refused });
  const times = turnaroundTimes(recording);
  const slow = (link: ByteLink): ByteLink => delayedLink(link, () => times.percentile(deps.random.next()), deps.clock);
  const served = line.transport === 'modbus-tcp' ? await serveOnTcp(server, unit, line, slow) : await serveOnLine(server, unit, line, slow, deps);
  return { device, unit, lengthMs: timeline.lengthMs, ...served };
}

type Served = Pick<RecordedPlc, 'endpoint' | 'stop'>;
type Slow = (link: ByteLink) => ByteLink;

async function serveOnTcp(server: ModbusServer, unit: number, line: Extract<RecordedPlcOptions['line'], { transport: 'modbus-tcp' }>, slow: Slow): Promise<Served> {
  const { host, port, transport } = line;
  const tcp = await serveTcp(server, { host, port, unit, wrapLink: slow });
  return { endpoint: { transport, host: tcp.host, port: tcp.port }, stop: () => tcp.stop() };
}

async function serveOnLine(
  server: ModbusServer,
  unit: number,
  line: Extract<RecordedPlcOptions['line'], SerialLine>,
  slow: Slow,
  deps: RecordedPlcDeps,
): Promise<Served> {
  const { baudRate, parity, stopBits, transport } = line;
  const pty = await openPtyPair(deps);
  const serve = transport === 'modbus-rtu' ? serveRtu : serveAscii;
  const serial = serve(slow(pty.master), { baudRate, units: new Map([[unit, server]]) }, deps);
  return {
    endpoint: { transport, path: pty.path, baudRate, parity, stopBits },
    stop: async () => {
      serial.stop();
      pty.dispose();
      await pty.master.closed;
    },
  };
}
