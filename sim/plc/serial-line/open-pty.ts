import { constants, existsSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { FieldproofError, messageOf } from '../../../hil/runtime/errors.ts';

/** Where Linux lists the open descriptors of a process, as links to what they lead to. */
const DESCRIPTORS = '/proc/self/fd';

/** A pseudo-terminal as the system gives it: one end as an open descriptor, the other as a path to be opened. */
export interface OpenPty {
  /** The device that stands for a serial port, such as `/dev/pts/3`. */
  readonly path: string;
  /** The far end: bytes that were written to `path` come out of this stream. It owns `fd`. */
  readonly stream: ReadStream;
  /** The descriptor to write to; the stream's own `write` does not reach the terminal. */
  readonly fd: number;
  /** An open descriptor of `path`, to be closed with the pair. Without it the far end fails when a client closes. */
  readonly holdFd: number;
}

/**
 * Makes a pseudo-terminal in raw mode: no echo, no line editing, no change of any byte.
 * @throws FieldproofError FP_SERIAL_UNSUPPORTED when this machine has none, or no binary of `node-pty` fits it.
 */
export async function openPty(): Promise<OpenPty> {
  try {
    const nodePty: unknown = await loadNodePty();
    const before = new Set(descriptors());
    return holdOpen(openTerminal(nodePty), before);
  } catch (cause) {
    throw new FieldproofError('FP_SERIAL_UNSUPPORTED', `no pseudo-terminal could be opened: ${messageOf(cause)}`, { cause });
  }
}

interface Terminal {
  readonly path: string;
  readonly fd: number;
  readonly far: ReadStream;
  readonly near: ReadStream;
}

/** Loaded late, because loading it throws on a platform that it has no binary for. */
function loadNodePty(): Promise<unknown> {
  return import('@lydell/node-pty');
}

/** `open` is missing from the types of node-pty, so its shape is checked here. */
function openTerminal(nodePty: unknown): Terminal {
  const open = propertyOf(nodePty, 'open');
  if (typeof open !== 'function') throw new Error('node-pty has no function `open`');
  const opened: unknown = Reflect.apply(open, nodePty, [{ cols: 80, rows: 24, encoding: null }]);
  const path = propertyOf(opened, '_pty');
  const fd = propertyOf(opened, '_fd');
  const far = propertyOf(opened, 'master');
  const near = propertyOf(opened, 'slave');
  if (typeof path !== 'string' || typeof fd !== 'number' || !(far instanceof ReadStream) || !(near instanceof ReadStream)) {
    throw new Error('node-pty opens terminals of another shape than 1.1.0 did');
  }
  return { path, fd, far, near };
}

/**
 * Makes the stream of the near end a mere open descriptor. Node reads a terminal through a second descriptor of its own
 * and never closes the first one, which nobody knows the number of: found again, it is what holds the terminal open.
 * @param before - The descriptors that were open before the terminal was.
 */
function holdOpen({ path, fd, far, near }: Terminal, before: ReadonlySet<string>): OpenPty {
  // node-pty's own listener throws for each error, outside of anyone's reach.
  far.removeAllListeners('error');
  near.setRawMode(true);
  // This stream reads, and would take the bytes that are meant for the client that opens `path`.
  near.destroy();
  const left = descriptors().find((number) => !before.has(number) && targetOf(number) === path);
  try {
    const holdFd = left === undefined ? openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK) : Number(left);
    return { path, stream: far, fd, holdFd };
  } catch (cause) {
    far.destroy();
    throw cause;
  }
}

/** The open descriptors of this process; none where the system does not list them (macOS, which has no second descriptor). */
function descriptors(): string[] {
  return existsSync(DESCRIPTORS) ? readdirSync(DESCRIPTORS) : [];
}

/** Undefined when it was closed in the meantime. */
function targetOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(`${DESCRIPTORS}/${descriptor}`);
  } catch {
    return undefined;
  }
}

function propertyOf(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined;
}
