import type { Pixit } from '../../conformance/framework/pixit.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { SutConnection } from '../conformance/sut-connection.ts';
import { parseModbusAddress } from '../conformance/modbus-address.ts';
import { hostModbusClient } from '../conformance/modbus-client-host.ts';
import type { DeviceFlags } from './await-device-sut.ts';
import { say, type ProgramContext } from './program-context.ts';

/**
 * Listens for a Modbus client, or opens the line that it polls, and says where.
 * @throws FieldproofError FP_USAGE for an address that is none, FP_PORT_IN_USE, FP_BIND_FAILED, FP_LINK_OPEN.
 */
export async function awaitModbusClient({ listen = '', dutCommand }: DeviceFlags, pixit: Pixit, random: Random, context: ProgramContext): Promise<SutConnection> {
  const host = await hostModbusClient({ listen: parseModbusAddress(listen), dutCommand, pixit, clock: context.clock, random });
  say(context, `waiting for the Modbus client at ${host.place}`);
  return host;
}
