import { closeSync, openSync, writeSync } from 'node:fs';
import { every, type Clock, type Timer } from '../../hil/runtime/clock.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import { encodeEventPacket } from './event-packet.ts';
import { LINK_TYPE } from './link-type.ts';
import { enhancedPacketBlock, interfaceDescriptionBlock, sectionHeaderBlock, type CapturedInterface, type CapturedPacket } from './pcapng-blocks.ts';

/** Where a capture stops. */
export interface CaptureLimits {
  /** Of the file, 4 KiB at least. */
  readonly bytesMax: number;
  readonly packetsMax: number;
}

export const DEFAULT_LIMITS: CaptureLimits = { bytesMax: 67_108_864, packetsMax: 1_000_000 };
/** Interfaces of one file; packets of a further one are not kept, and that is said. */
export const INTERFACES_MAX = 1_024;
/** The interface of lines of text: faults, phases, why a capture stopped. */
export const EVENTS_INTERFACE = 'events';

/** What a capture holds. */
export interface CaptureFacts {
  readonly bytes: number;
  readonly packets: number;
  /** In the order of their numbers. */
  readonly interfaces: readonly { readonly name: string; readonly packets: number }[];
  /** Why it does not hold everything; undefined when it does. */
  readonly stopped: CaptureStop | undefined;
}

export interface CaptureStop {
  readonly wallMs: number;
  readonly because: string;
}

/**
 * A capture that is written as it comes. It never throws while packets come: what it cannot take (a limit, a full disk)
 * ends it, and it says so.
 */
export interface CaptureFile {
  /** True when nothing more is taken: who makes packets may spare itself the work. */
  readonly isFull: boolean;
  /** @returns The number of the interface; one of the same type and name is described once. */
  addInterface(described: CapturedInterface): number;
  add(packet: CapturedPacket): void;
  /** A line of text, for a reader of the capture. */
  note(wallMs: number, text: string): void;
  /** Writes out what is buffered and closes the file. Safe to call again. */
  close(): CaptureFacts;
}

export interface CaptureFileOptions {
  readonly path: string;
  /** Comment of the section. */
  readonly comment: string;
  readonly limits?: CaptureLimits;
  /** With it, what has come is in the file at the latest after `FLUSH_PERIOD_MS`, also when the process is killed. */
  readonly clock?: Clock;
  /** Is called once when the capture ends before it is closed. */
  readonly onStopped?: (stop: CaptureStop) => void;
}

const BUFFER_BYTES_MAX = 262_144;
const FLUSH_PERIOD_MS = 250;
/** Kept free for the line that says why the capture stopped. */
const LAST_NOTE_BYTES = 1_024;

/** Creates the file, or empties it. @throws FieldproofError FP_FILE_UNREADABLE when it cannot be created. */
export function createCaptureFile(options: CaptureFileOptions): CaptureFile {
  try {
    return new StreamedCapture(openSync(options.path, 'w'), options);
  } catch (cause) {
    throw new FieldproofError('FP_FILE_UNREADABLE', `cannot create the capture ${options.path}: ${messageOf(cause)}`, { cause, place: { file: options.path } });
  }
}

class StreamedCapture implements CaptureFile {
  readonly #file: number;
  readonly #limits: CaptureLimits;
  readonly #onStopped: (stop: CaptureStop) => void;
  readonly #flushing: Timer | undefined;
  readonly #interfaces: { readonly key: string; readonly name: string; packets: number }[] = [];
  #buffered: Uint8Array[] = [];
  #bufferedBytes = 0;
  #bytes = 0;
  #packets = 0;
  #stopped: CaptureStop | undefined;
  #isOpen = true;

  constructor(file: number, { comment, limits = DEFAULT_LIMITS, clock, onStopped = () => undefined }: CaptureFileOptions) {
    this.#file = file;
    this.#limits = limits;
    this.#onStopped = onStopped;
    this.#flushing = clock === undefined ? undefined : every(clock, FLUSH_PERIOD_MS, () => this.#flush());
    this.#put(sectionHeaderBlock({ application: 'fieldproof', comment }));
    // At once, so that a capture of which nothing has come yet opens too.
    this.#flush();
  }

  get isFull(): boolean {
    return this.#stopped !== undefined || !this.#isOpen;
  }

  addInterface(described: CapturedInterface): number {
    const key = `${described.linkType} ${described.name}`;
    const known = this.#interfaces.findIndex((one) => one.key === key);
    if (known >= 0 || this.#interfaces.length >= INTERFACES_MAX) return known;
    this.#interfaces.push({ key, name: described.name, packets: 0 });
    if (!this.isFull) this.#put(interfaceDescriptionBlock(described));
    return this.#interfaces.length - 1;
  }

  add(packet: CapturedPacket): void {
    if (this.isFull) return;
    if (this.#interfaces[packet.interfaceId] === undefined) {
      this.#stop(packet.wallMs, `it has ${INTERFACES_MAX} interfaces, its bound`);
      return;
    }
    const block = enhancedPacketBlock(packet);
    const { bytesMax, packetsMax } = this.#limits;
    if (this.#bytes + block.byteLength > bytesMax - LAST_NOTE_BYTES) this.#stop(packet.wallMs, `its limit of ${bytesMax} bytes is reached`);
    else if (this.#packets >= packetsMax) this.#stop(packet.wallMs, `its limit of ${packetsMax} packets is reached`);
    else this.#count(packet.interfaceId, block);
  }

  note(wallMs: number, text: string): void {
    if (this.isFull) return;
    this.add({ interfaceId: this.#events(), wallMs, bytes: encodeEventPacket(text), comment: text });
  }

  close(): CaptureFacts {
    if (this.#isOpen) {
      this.#flush();
      this.#flushing?.cancel();
      this.#isOpen = false;
      closeSync(this.#file);
    }
    const interfaces = this.#interfaces.map(({ name, packets }) => ({ name, packets }));
    return { bytes: this.#bytes, packets: this.#packets, interfaces, stopped: this.#stopped };
  }

  #events(): number {
    return this.addInterface({ linkType: LINK_TYPE.exportedPdu, name: EVENTS_INTERFACE, comment: 'what happened, as text' });
  }

  #count(interfaceId: number, block: Uint8Array): void {
    const on = this.#interfaces[interfaceId];
    if (on !== undefined) on.packets += 1;
    this.#packets += 1;
    this.#put(block);
  }

  #stop(wallMs: number, because: string): void {
    const text = `capture stopped: ${because}; what follows is not here`;
    const interfaceId = this.#events();
    if (interfaceId >= 0) this.#count(interfaceId, enhancedPacketBlock({ interfaceId, wallMs, bytes: encodeEventPacket(text), comment: text }));
    this.#end({ wallMs, because });
  }

  #end(stop: CaptureStop): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = stop;
    this.#onStopped(stop);
  }

  #put(block: Uint8Array): void {
    this.#buffered.push(block);
    this.#bufferedBytes += block.byteLength;
    this.#bytes += block.byteLength;
    if (this.#bufferedBytes >= BUFFER_BYTES_MAX) this.#flush();
  }

  #flush(): void {
    if (this.#bufferedBytes === 0 || !this.#isOpen) return;
    const bytes = Buffer.concat(this.#buffered);
    this.#buffered = [];
    this.#bufferedBytes = 0;
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
    } catch (thrown) {
      this.#end({ wallMs: 0, because: `it cannot be written: ${messageOf(thrown)}` });
    }
  }
}
