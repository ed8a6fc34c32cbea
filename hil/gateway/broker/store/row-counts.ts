/** Kinds of what is stored, as they are counted and told. */
export const ROW_KINDS = ['sessions', 'subscriptions', 'wills', 'retained', 'queued', 'inFlight', 'incoming'] as const;
export type RowKind = (typeof ROW_KINDS)[number];

/** How many rows of each kind there are. */
export type RowCounts = Readonly<Record<RowKind, number>>;

export function noRows(): Record<RowKind, number> {
  return { sessions: 0, subscriptions: 0, wills: 0, retained: 0, queued: 0, inFlight: 0, incoming: 0 };
}

/** What was expected and not found, by kind; kinds without a loss are left out. */
export function missingRows(expected: RowCounts, found: RowCounts): Partial<RowCounts> {
  const missing = ROW_KINDS.map((kind) => [kind, Math.max(0, expected[kind] - found[kind])] as const);
  return Object.fromEntries(missing.filter(([, count]) => count > 0));
}
