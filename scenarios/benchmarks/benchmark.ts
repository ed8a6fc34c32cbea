import type { FineClock } from '../../hil/runtime/clock.ts';

/** One number that every contender of a benchmark is measured by. */
export interface Metric {
  /** Stable name in results: `tcp-10.rate`. */
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

/** One run's numbers by metric key; a contender leaves out what it does not do. */
export type Sample = Readonly<Record<string, number>>;

export interface BenchDeps {
  readonly clock: FineClock;
  /** The built command line, for benchmarks that start fieldproof as a process of its own. */
  readonly cliEntry: string;
}

/** A contender that is ready to be measured, again and again. */
export interface OpenContender {
  readonly version: string;
  /** One run: a fraction of a second to some seconds of the work, and what it took. */
  measure(): Promise<Sample>;
  close(): Promise<void>;
}

/** Fieldproof itself, or software that people use for the same work today. */
export interface Contender {
  readonly name: string;
  readonly role: 'ours' | 'peer';
  /**
   * Loads or starts it.
   * @throws FieldproofError FP_BENCH_PEER_MISSING with the command that installs it; the benchmark goes on without it.
   */
  open(deps: BenchDeps): Promise<OpenContender>;
}

/** A benchmark: the same work by each contender, in the same process of measuring. */
export interface Benchmark {
  readonly name: string;
  /** What is measured and what one operation is, in a sentence. */
  readonly purpose: string;
  readonly metrics: readonly Metric[];
  /** Exactly one has the role `ours`. */
  readonly contenders: readonly Contender[];
  /** Runs that are thrown away, so that code is compiled and caches are warm. */
  readonly warmUpRuns: number;
  /** Measured runs; odd, so that the median is one of them. */
  readonly runs: number;
}
