import { systemCodeOf } from '../../runtime/errors.ts';

/** Ends a connection and says why; `reason` is the key under which it is counted in `BrokerStats.refused`. */
export class Refusal extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(`refused: ${reason}`);
    this.name = 'Refusal';
    this.reason = reason;
  }
}

/** What aedes 1.2.0 says when it ends a connection for a reason other than malformed input. */
const AEDES_REASONS: ReadonlyMap<string, string> = new Map([
  ['keep alive timeout', 'keepalive-timeout'],
  ['connect did not arrive in time', 'connect-timeout'],
  ['drain timeout', 'slow-reader'],
  ['unacceptable protocol version', 'protocol-version'],
  ['Invalid protocol version', 'protocol-version'],
]);

/** The reason to count for an error that ended a connection; undefined when the network ended it. */
export function refusalReason(error: Error): string | undefined {
  if (error instanceof Refusal) return error.reason;
  if (systemCodeOf(error) !== undefined) return undefined;
  return AEDES_REASONS.get(error.message) ?? 'malformed';
}
