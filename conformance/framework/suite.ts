import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { FrameCutter } from './case-wire.ts';
import type { CatalogueName, Statement } from './catalogue.ts';
import type { ConformanceCase } from './conformance-case.ts';
import type { LiveWireDeps } from './live-wire.ts';
import type { Pics, PicsItem } from './pics.ts';
import type { Pixit } from './pixit.ts';

/** How the SUT looks from outside its cases: it answers, it is there and says nothing, it is gone. */
export type Liveness = 'alive' | 'hung' | 'dead';

/** The statements of a catalogue that the suite's SUT is bound by. */
export interface SuiteScope {
  readonly catalogue: CatalogueName;
  /** Whether the statement binds this suite's kind of SUT at all. */
  readonly binds: (statement: Statement) => boolean;
}

/** A conformance suite: cases, what they need from a vendor, and how to reach its kind of SUT. */
export interface Suite {
  /** As `conformance run <suite>` names it. */
  readonly name: string;
  /** What is under test, for people: `an MQTT broker`. */
  readonly subject: string;
  /** The SUT connects to the tester, which listens for it; false by default. */
  readonly awaitsSut?: boolean;
  readonly scopes: readonly SuiteScope[];
  readonly pics: readonly PicsItem[];
  readonly cases: readonly ConformanceCase[];
  /** PIXIT values that only this suite asks for, each with what it is; for the declaration form. */
  readonly values?: Readonly<Record<string, string>>;
  /** Statements that bind the SUT and cannot be judged from outside, by key, each with the reason. */
  readonly unobservable: ReadonlyMap<string, string>;
  /** Cases that may run at once; 1 on a serial line. */
  readonly parallelMax: number;
  /** @param pics - Of the run, where the carrier decides how frames are cut; so do @param pixit - its gaps. */
  cutFrames(pics?: Pics, pixit?: Pixit): FrameCutter;
  /**
   * Asks the SUT for a sign of life over a connection of its own.
   * @param silence - Resolves when it has had time enough.
   * @param reach - For SUTs that are clients: wait until they come, restart them. `pics`: those of the run.
   */
  probe(dial: () => Promise<ByteLink>, pixit: Pixit, silence: Promise<void>, reach: Pick<LiveWireDeps, 'accept' | 'act'> & { readonly pics: Pics }): Promise<Liveness>;
  /** Why the PIXIT keeps a case from running although it applies; undefined when it does not. */
  readonly hindrance?: (test: ConformanceCase, pixit: Pixit) => string | undefined;
  /** One line for people that says what a frame holds. @param from - Who sent it. */
  describeFrame(bytes: Uint8Array, from: 'tester' | 'sut', caseId: string): string;
}
