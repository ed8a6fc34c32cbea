import { isUtf8 } from 'node:buffer';
import { byteView } from './byte-view.ts';
import type { PacketSender } from './decode-result.ts';
import type { ProtocolVersion } from './packet.ts';
import { RULES, type Rule } from './rules.ts';

/** A rule that the bytes broke, and how. */
export interface PacketFault {
  readonly rule: Rule;
  readonly because: string;
}

/** The rules that a text may break. */
export interface TextRules {
  readonly invalid: Rule;
  readonly nullCharacter: Rule;
}

const PLAIN_TEXT: TextRules = { invalid: RULES['utf-8'], nullCharacter: RULES['utf-8-null'] };

/** Below this a loop makes a string faster than the call into the runtime. */
const SHORT_TEXT_BYTES = 16;

/**
 * Reads the fields of one packet in place. It never throws: the first thing that is wrong stays in `fault`, and from then
 * on every read gives 0 or an empty value. So a decoder reads on and looks at `fault` once, at the end; only its loops have
 * to ask `isAtEnd`, which is true after a fault.
 */
export class PacketReader {
  readonly bytes: Uint8Array;
  readonly from: PacketSender;
  readonly packetNumber: number;
  version: ProtocolVersion;
  at: number;
  end: number;
  fault: PacketFault | undefined = undefined;
  /** The rule broken by a field that does not fit; undefined for the section of the packet. */
  truncationRule: Rule | undefined = undefined;

  /** @param packetNumber - 1 to 15. The body is `bytes[start..end)`. */
  constructor(bytes: Uint8Array, start: number, end: number, packetNumber: number, version: ProtocolVersion, from: PacketSender) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.packetNumber = packetNumber;
    this.version = version;
    this.from = from;
  }

  get isAtEnd(): boolean {
    return this.fault !== undefined || this.at >= this.end;
  }

  get bytesLeft(): number {
    return this.fault === undefined ? this.end - this.at : 0;
  }

  /** Keeps the first fault only. */
  fail(rule: Rule, because: string): void {
    this.fault ??= { rule, because };
  }

  /** The rule that a packet has the fields of its section, for which neither standard has an id. */
  sectionRule(): Rule {
    const section = `section 3.${this.packetNumber}`;
    return { v4: `3.1.1 ${section}`, v5: `5.0 ${section}`, reasonCode: 0x81 };
  }

  byte(what: string, missing?: Rule): number {
    if (!this.#has(1, what, missing)) return 0;
    const value = this.bytes[this.at] ?? 0;
    this.at += 1;
    return value;
  }

  uint16(what: string, missing?: Rule): number {
    if (!this.#has(2, what, missing)) return 0;
    const value = ((this.bytes[this.at] ?? 0) << 8) | (this.bytes[this.at + 1] ?? 0);
    this.at += 2;
    return value;
  }

  uint32(what: string): number {
    return this.uint16(what) * 65_536 + this.uint16(what);
  }

  /** A variable byte integer: 7 bits a byte, least significant first, 1 to 4 bytes (MQTT 5.0 section 1.5.5). */
  variableByteInteger(what: string): number {
    let value = 0;
    for (let index = 0; index < 4; index += 1) {
      const byte = this.byte(what);
      value |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) {
        if (byte === 0 && index > 0) this.fail(RULES['length-not-minimal'], `${what} ${value} takes ${index + 1} bytes, more than it needs`);
        return this.fault === undefined ? value : 0;
      }
    }
    this.fail(RULES['length-too-long'], `${what} goes on after 4 bytes`);
    return 0;
  }

  /** A view of length-prefixed bytes. */
  binary(what: string, missing?: Rule): Uint8Array {
    const length = this.uint16(what, missing);
    if (!this.#has(length, what, missing)) return NO_BYTES;
    this.at += length;
    return byteView(this.bytes, this.at - length, this.at);
  }

  /** A length-prefixed UTF-8 string; U+FEFF at its start is kept (MQTT-1.5.4-3). */
  text(what: string, missing?: Rule, rules: TextRules = PLAIN_TEXT): string {
    const length = this.uint16(what, missing);
    if (!this.#has(length, what, missing)) return '';
    const start = this.at;
    this.at += length;
    let text = '';
    for (let at = start; at < this.at; at += 1) {
      const byte = this.bytes[at] ?? 0;
      if (byte >= 0x80 || byte === 0) return this.#unusualText(start, what, rules);
      if (length <= SHORT_TEXT_BYTES) text += String.fromCharCode(byte);
    }
    return length <= SHORT_TEXT_BYTES ? text : asBuffer(this.bytes, start, this.at).toString('latin1');
  }

  /** The rest of the packet, as a view. */
  rest(): Uint8Array {
    const rest = this.fault === undefined ? byteView(this.bytes, this.at, this.end) : NO_BYTES;
    this.at = this.end;
    return rest;
  }

  /** Text that is not plain ASCII: `start` to where the reader now is. */
  #unusualText(start: number, what: string, rules: TextRules): string {
    const bytes = asBuffer(this.bytes, start, this.at);
    if (!isUtf8(bytes)) {
      this.fail(rules.invalid, `${what} is no valid UTF-8: ${bytes.subarray(0, 32).toString('hex')}`);
      return '';
    }
    if (bytes.includes(0)) {
      this.fail(rules.nullCharacter, `${what} holds U+0000`);
      return '';
    }
    return bytes.toString('utf8');
  }

  #has(byteCount: number, what: string, missing?: Rule): boolean {
    if (this.fault !== undefined) return false;
    const left = this.end - this.at;
    if (left >= byteCount) return true;
    this.fail(missing ?? this.truncationRule ?? this.sectionRule(), `${what} needs ${byteCount} bytes, and ${left} are left`);
    return false;
  }
}

const NO_BYTES = new Uint8Array(0);

function asBuffer(bytes: Uint8Array, start: number, end: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
}
