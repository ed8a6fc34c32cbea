import { decodeRequest } from '../../../hil/protocols/modbus/decode-request.ts';
import { inconclusiveCase } from '../../framework/case-stop.ts';
import type { CaseWire } from '../../framework/case-wire.ts';
import type { CaseContext } from '../../framework/conformance-case.ts';
import { carrierOf, type Carrier } from '../bench/carrier.ts';
import type { TableName } from '../bench/declared-device.ts';
import { decodeFrame, encodeFrame } from '../bench/modbus-frame.ts';
import { declaredClient, type ClientWrite, type DeclaredClient } from './declared-client.ts';
import { PolledPlc, READ_FUNCTIONS } from './polled-plc.ts';

/** A request of the client under test in a whole frame. */
export interface Asked {
  readonly kind: 'asked';
  readonly unit: number;
  /** 0 on serial lines. */
  readonly transactionId: number;
  readonly pdu: Uint8Array;
  readonly bytes: Uint8Array;
  /** When it had arrived, milliseconds since the case began. */
  readonly tMs: number;
  /** Counts the connections of the case from 1. */
  readonly connection: number;
}

/** What the client under test did next. */
export type ClientEvent =
  | Asked
  | { readonly kind: 'malformed'; readonly because: string; readonly statements: readonly string[]; readonly bytes: Uint8Array; readonly tMs: number }
  | { readonly kind: 'closed'; readonly how: 'fin' | 'reset'; readonly tMs: number }
  | { readonly kind: 'silence'; readonly tMs: number };

/** What a case does with a request: `served` is the usual, good answer; else the case saw to it. */
export type Reply = (asked: Asked) => Promise<'serve' | 'done'>;

const SERVE_ALL: Reply = async () => 'serve';
/** Requests of one stretch; a client that sends more than that is served no longer. */
const REQUESTS_MAX = 20_000;
/** Connections that one case takes. */
const CONNECTIONS_MAX = 200;
/** While nothing comes, the tester looks so often whether what it waits for has happened, milliseconds. */
const LOOK_MS = 50;

/** The tester as the PLC that a client polls: waits for it, and answers its requests, rightly or as the case wants. */
export class ClientBench {
  readonly wire: CaseWire;
  readonly context: CaseContext;
  readonly carrier: Carrier;
  readonly declared: DeclaredClient;
  plc = new PolledPlc();
  /** Counts from 1; 0 before the first. */
  connections = 0;
  #isOpen = false;

  constructor(wire: CaseWire, context: CaseContext) {
    this.wire = wire;
    this.context = context;
    this.carrier = carrierOf(context.pics);
    this.declared = declaredClient(context.pixit);
  }

  get isSerial(): boolean {
    return this.carrier !== 'tcp';
  }

  /**
   * Waits for the client; inconclusive when it does not come. One that we start is started anew for each case, and when it
   * does not come back by itself where that is not what is judged.
   */
  async connected(): Promise<void> {
    const isFirst = this.connections === 0;
    const isStarted = isFirst && (await this.#start());
    if (await this.comes()) return;
    if (!isStarted && (await this.#start()) && (await this.comes())) return;
    inconclusiveCase(`the client does not connect within ${this.declared.connectWaitMs} ms`);
  }

  /** Starts the client anew. @returns False when it runs by itself. */
  async #start(): Promise<boolean> {
    return (await this.wire.act('start', { repeat: this.context.pics.get('KEEPS_CONNECTION') === false })) === 'started';
  }

  /** Whether the client connects in time. */
  async comes(): Promise<boolean> {
    if (this.connections >= CONNECTIONS_MAX) inconclusiveCase(`the client connects more than ${CONNECTIONS_MAX} times`);
    this.connections += 1;
    this.#isOpen = (await this.wire.accept(this.#name(), this.declared.connectWaitMs)) === 'open';
    return this.#isOpen;
  }

  async next(waitMs: number): Promise<ClientEvent> {
    const event = await this.wire.next(this.#name(), waitMs);
    const { tMs } = event;
    if (event.kind === 'silence') return { kind: 'silence', tMs };
    if (event.kind === 'closed') {
      this.#isOpen = false;
      return { kind: 'closed', how: event.how, tMs };
    }
    const { bytes } = event;
    const decoded = decodeFrame(this.carrier, bytes);
    if (decoded.kind === 'malformed') return { ...decoded, bytes, tMs };
    const { unit, transactionId = 0, pdu } = decoded;
    return { kind: 'asked', unit, transactionId, pdu, bytes, tMs, connection: this.connections };
  }

  /** The next request, within the patience of the PIXIT; inconclusive when none comes. Connects again if need be. */
  async nextAsked(): Promise<Asked> {
    const untilMs = this.wire.nowMs() + this.declared.patienceMs;
    for (;;) {
      const event = await this.next(Math.max(1, untilMs - this.wire.nowMs()));
      if (event.kind === 'asked') return event;
      if (event.kind === 'silence') inconclusiveCase(`the client asks nothing for ${this.declared.patienceMs} ms`);
      if (event.kind === 'closed') await this.connected();
    }
  }

  /** The frame of an answer, with what the request had around it. */
  frame({ unit, transactionId }: Pick<Asked, 'unit' | 'transactionId'>, pdu: Uint8Array): Uint8Array {
    return encodeFrame(this.carrier, { unit, transactionId }, pdu);
  }

  async sendBytes(bytes: Uint8Array): Promise<void> {
    await this.wire.send(this.#name(), bytes);
  }

  /** The good answer; broadcasts get none. */
  async serve(asked: Asked): Promise<void> {
    const answer = this.plc.answer(asked.pdu);
    if (this.isSerial && asked.unit === 0) return;
    await this.sendBytes(this.frame(asked, answer));
  }

  /**
   * Serves the client until something holds, or for so long. A client that ends the connection is waited for.
   * @returns Whether it came to hold.
   */
  async serveUntil(forMs: number, holds: () => boolean | Promise<boolean>, reply: Reply = SERVE_ALL): Promise<boolean> {
    if (!this.#isOpen) await this.connected();
    const untilMs = this.wire.nowMs() + forMs;
    let lookMs = 0;
    for (let requests = 0; requests < REQUESTS_MAX; requests += 1) {
      const event = await this.next(Math.min(LOOK_MS, forMs));
      if (event.kind === 'closed') await this.connected();
      if (event.kind === 'asked' && (await reply(event)) === 'serve') await this.serve(event);
      const isDue = event.kind !== 'asked' || event.tMs >= lookMs;
      if (isDue) {
        lookMs = event.tMs + LOOK_MS;
        if (await holds()) return true;
      }
      if (event.tMs >= untilMs) return false;
    }
    return false;
  }

  /** Serves for so long. */
  async serveFor(forMs: number, reply: Reply = SERVE_ALL): Promise<void> {
    await this.serveUntil(forMs, () => false, reply);
  }

  /** Serves a client until it has asked for something: one that was just started is up by then. One that never asks is waited for in vain. */
  async serveFirst(): Promise<void> {
    let hasAsked = false;
    await this.serveUntil(this.declared.connectWaitMs, () => hasAsked, async () => {
      hasAsked = true;
      return 'serve';
    });
  }

  /** Ends the connection from our side. On a serial line there is none to end. */
  async close(how: 'fin' | 'reset'): Promise<void> {
    if (this.isSerial || !this.#isOpen) return;
    this.#isOpen = false;
    await this.wire.close(this.#name(), how);
  }

  /** Values of an observed point that showed since the last look, as register contents; the last one again if none is new. */
  async shown(table: TableName): Promise<readonly number[]> {
    const result = await this.wire.act('observe', { table });
    if (!Array.isArray(result)) return [];
    return result.flatMap((value) => (typeof value === 'number' ? [Math.round(value / this.declared.observeScale)] : []));
  }

  /** Makes the client write. */
  async begin(what: ClientWrite): Promise<void> {
    await this.wire.act('begin', { what });
  }

  /** What the client says of the write: done or failed; undefined while it is not over. */
  async outcome(what: ClientWrite): Promise<'done' | 'failed' | undefined> {
    const result = await this.wire.act('outcome', { what });
    return result === 'done' || result === 'failed' ? result : undefined;
  }

  #name(): string {
    return `sut${this.connections}`;
  }
}

/** Whether a request reads this address. */
export function reads({ pdu }: Asked, table: TableName, address: number): boolean {
  const request = decodeRequest(pdu);
  if (request.kind === 'refused' || request.functionCode !== READ_FUNCTIONS[table]) return false;
  return address >= request.address && address < request.address + request.quantity;
}
