/**
 * Bounds that hold in every part of fieldproof. A bound that belongs to one protocol stands beside its codec; what is
 * here is shared. Everything that can grow has one: reaching it is counted and said (FP_LIMIT), never silent.
 */

/** Longest line accepted on a control channel or in a journal, bytes. */
export const LINE_BYTES_MAX = 1_048_576;
/** Observations one child may hold while its parent does not read; older ones are dropped and counted. */
export const OBSERVATIONS_BUFFERED_MAX = 100_000;
/** Entries of one journal; at 2,000 observations a second this is 80 minutes. */
export const JOURNAL_ENTRIES_MAX = 10_000_000;
/** Largest YAML file read: scenario, configuration or profile, bytes. */
export const YAML_BYTES_MAX = 4_194_304;
/** Findings a checker may list for one check; the rest is counted. */
export const FINDINGS_LISTED_MAX = 200;
/** Processes one scenario may start. */
export const CHILDREN_MAX = 64;
