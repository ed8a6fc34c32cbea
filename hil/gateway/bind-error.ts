import { FieldproofError, messageOf, systemCodeOf } from '../runtime/errors.ts';

/**
 * The error for a listener that could not be bound: FP_PORT_IN_USE or FP_BIND_FAILED.
 * @param what - Which listener, for people: `MQTT listener`.
 */
export function bindError(what: string, host: string, port: number, cause: unknown): FieldproofError {
  if (systemCodeOf(cause) === 'EADDRINUSE') return new FieldproofError('FP_PORT_IN_USE', `${what}: ${host}:${port} is in use`, { cause });
  return new FieldproofError('FP_BIND_FAILED', `${what}: cannot bind ${host}:${port}: ${messageOf(cause)}`, { cause });
}
