import { resolutionOf } from '../../hil/gateway/southbound/point-codec.ts';
import type { Point } from '../../hil/gateway/southbound/point.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { messageOf } from '../../hil/runtime/errors.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import { observeNothing, type JsonValue, type Observe } from '../../hil/runtime/observation.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { TcpPeer } from '../../hil/transport/tcp-link.ts';
import { createModbusServer, type ModbusServer, type ServerOptions, type ServerWitness } from './modbus-server.ts';
import type { PlcPointFacts } from './plc-events.ts';
import type { ProcessModel } from './process-model.ts';
import { createRegisterBank, type RegisterBank } from './register-bank.ts';
import type { RegisterLayout } from './register-layout.ts';

/** One simulated device, not yet on any line. */
export interface VirtualPlc {
  /** `<group>-<n>`. */
  readonly device: string;
  /** Unit id, 1 to 247. */
  readonly unit: number;
  readonly server: ModbusServer;
  readonly bank: RegisterBank;
  /** On TCP: what is put between it and each connection that it accepts (faults, a capture); nothing when left out. */
  readonly wrapLink?: (link: ByteLink, peer: TcpPeer) => ByteLink;
}

export interface VirtualPlcOptions {
  readonly device: string;
  readonly unit: number;
  readonly profileName: string;
  readonly layout: RegisterLayout;
  readonly model: ProcessModel;
  /** Who it is and what it offers; default: nameless, and everything. */
  readonly serverOptions?: ServerOptions;
}

export interface VirtualPlcDeps {
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Logger;
}

/** Puts process, registers and server together, and reports `plc.device` and what the server does (`plc-events.ts`). */
export function createVirtualPlc(options: VirtualPlcOptions, deps: VirtualPlcDeps): VirtualPlc {
  const { device, unit, layout } = options;
  const bank = createRegisterBank(layout, options.model);
  if (deps.observe !== observeNothing) deps.observe('plc.device', { device, unit, profile: options.profileName, points: factsOfAll(layout) });
  return { device, unit, bank, server: createModbusServer(bank, deps.clock, witnessOf(device, unit, deps), options.serverOptions) };
}

function witnessOf(device: string, unit: number, { observe, log }: VirtualPlcDeps): ServerWitness {
  return {
    served: observe === observeNothing ? undefined : (values) => observe('plc.served', { device, unit, values }),
    written: (values) => observe('plc.written', { device, unit, values }),
    refused: (functionCode, exceptionCode) => observe('plc.exception', { device, unit, functionCode, exceptionCode }),
    failed: (thrown) => log.error('a virtual PLC could not carry out a request', { device, unit, because: messageOf(thrown) }),
  };
}

/** A spread of each, because an interface has no index signature and a JSON object has one. */
function factsOfAll({ points }: RegisterLayout): ({ readonly [key: string]: JsonValue } & PlcPointFacts)[] {
  return points.filter((point) => point.readable).map((point) => ({ ...factsOf(point) }));
}

function factsOf(point: Point): PlcPointFacts {
  const { name, units, deadband, maxSilenceMs } = point;
  return { name, units, resolution: resolutionOf(point), deadband, maxSilenceMs };
}
