import type { ConformanceCase } from '../../conformance/framework/conformance-case.ts';
import type { Pics } from '../../conformance/framework/pics.ts';
import type { Pixit } from '../../conformance/framework/pixit.ts';
import type { SuiteRunDeps } from '../../conformance/framework/run-suite.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { SuiteRecord } from '../../reports/suite-record.ts';
import { connectModbus } from './connect-modbus.ts';
import { sutDialer, webSocketAddress } from './dial-sut.ts';
import { isModbusAddress } from './modbus-address.ts';
import { runCommand } from './run-command-line.ts';

/** A SUT that a run works with: how to reach it, and what can be done to it. */
export interface SutConnection extends Pick<SuiteRunDeps, 'dial' | 'accept' | 'act'> {
  readonly tier: SuiteRecord['tier'];
  /** Why a case cannot run on this SUT although it applies; undefined when it can. */
  hindrance(test: ConformanceCase): string | undefined;
  /** The declaration as it stands on the carrier of this address; left out: as it was declared. */
  narrow?(pics: Pics): Pics;
  stop(): Promise<void>;
}

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
