/** Statements that bind a broker and that nobody can judge from the wire, by key, each with the reason. */
export const BROKER_UNOBSERVABLE: ReadonlyMap<string, string> = new Map();
