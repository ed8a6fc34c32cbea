import { pino, destination, type Logger as PinoLogger } from 'pino';

/** Levels from most to least talkative. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A structured logger: first what happened in words, then the facts as fields. */
export interface Logger {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** Logs as JSON lines on stderr; stdout belongs to ready lines and records. @param name - Which part speaks. */
export function createLogger(name: string, level: LogLevel): Logger {
  return adapt(pino({ name, level, base: { name, pid: process.pid } }, destination({ fd: 2, sync: true })));
}

/** A logger that says nothing, for tests and for parts run inside another program. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

function adapt(logger: PinoLogger): Logger {
  return {
    debug: (message, facts) => logger.debug(facts ?? {}, message),
    info: (message, facts) => logger.info(facts ?? {}, message),
    warn: (message, facts) => logger.warn(facts ?? {}, message),
    error: (message, facts) => logger.error(facts ?? {}, message),
  };
}
