import type { ConformanceCase } from '../../conformance/framework/conformance-case.ts';
import type { Pics } from '../../conformance/framework/pics.ts';
import type { SuiteRunDeps } from '../../conformance/framework/run-suite.ts';
import type { SuiteRecord } from '../../reports/suite-record.ts';

/** A SUT that a run works with: how to reach it, and what can be done to it. */
export interface SutConnection extends Pick<SuiteRunDeps, 'dial' | 'accept' | 'act'> {
  readonly tier: SuiteRecord['tier'];
  /** Why a case cannot run on this SUT although it applies; undefined when it can. */
  readonly hindrance: (test: ConformanceCase) => string | undefined;
  /** The declaration as it stands on the carrier of this address; left out: as it was declared. */
  readonly narrow?: (pics: Pics) => Pics;
  /** What has to be said of the run as a whole when it is over. */
  readonly remarks?: () => readonly string[];
  readonly stop: () => Promise<void>;
}
