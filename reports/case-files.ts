/** Files of one case beside the report, as paths within the run folder. */
export interface CaseFiles {
  /** Its packets for Wireshark. */
  readonly capture?: string;
  /** A script that does again what the tester did. */
  readonly reproducer?: string;
}

/** By case id. */
export type CaseFileTable = ReadonlyMap<string, CaseFiles>;

export const NO_CASE_FILES: CaseFileTable = new Map();
