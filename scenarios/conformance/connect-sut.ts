import type { Pixit } from '../../conformance/framework/pixit.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { connectModbus } from './connect-modbus.ts';
import { sutDialer, webSocketAddress } from './dial-sut.ts';
import { isModbusAddress } from './modbus-address.ts';
import { runCommand } from './run-command-line.ts';
import type { SutConnection } from './sut-connection.ts';

/**
 * Connects a suite to the SUT at an address. Actions: `restart` runs the PIXIT's restart command.
 * @throws FieldproofError FP_USAGE when the address cannot be read.
 */
export function connectSut(suite: Suite, address: string, pixit: Pixit, clock: Clock): SutConnection {
  const rest: Pick<SutConnection, 'accept' | 'act' | 'hindrance'> = {
    accept: async () => undefined,
    act: async (action) => {
      if (action !== 'restart' || pixit.restartCommand === undefined) throw new FieldproofError('FP_INTERNAL', `nothing here can ${action} the SUT`);
      return { exitCode: await runCommand(pixit.restartCommand, pixit.restartTimeoutMs, clock) };
    },
    hindrance: (test) => {
      const { requires } = test;
      if (requires.includes('RESTART') && pixit.restartCommand === undefined) return 'the declaration gives no restartCommand (PIXIT)';
      if (requires.includes('WEBSOCKET') && webSocketAddress(address, pixit) === undefined) return 'the declaration gives no websocketAddress (PIXIT)';
      return suite.hindrance?.(test, pixit);
    },
  };
  if (isModbusAddress(address)) return connectModbus(address, rest, clock);
  const dial = sutDialer(address, pixit, clock);
  return { ...rest, tier: 'T1', dial: (target) => dial(target), stop: async () => undefined };
}
