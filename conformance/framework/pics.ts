/** One thing that a vendor may or may not have: a line of the PICS form. */
export interface PicsItem {
  /** `RETAIN`, `SHARED_SUBSCRIPTIONS`, `FC24`: upper case. */
  readonly name: string;
  readonly question: string;
  /** What holds when the vendor does not answer. */
  readonly byDefault: boolean;
  readonly source: string;
}

/** The vendor's declaration: every item of the suite with its answer. */
export type Pics = ReadonlyMap<string, boolean>;

/** The answers given, the others by default. Unknown names are the reader's business (`readPics`). */
export function completePics(items: readonly PicsItem[], answers: Readonly<Record<string, boolean>>): Pics {
  return new Map(items.map(({ name, byDefault }) => [name, answers[name] ?? byDefault]));
}

/**
 * Whether a requirement of a case holds: `ITEM` declared true, `!ITEM` declared false.
 * @returns Undefined when it holds, otherwise why the case does not apply.
 */
export function unmetRequirement(requirement: string, pics: Pics): string | undefined {
  const refused = requirement.startsWith('!');
  const name = refused ? requirement.slice(1) : requirement;
  if (pics.get(name) === !refused) return undefined;
  return refused ? `${name} is declared, and this is the test of its refusal` : `${name} is not declared`;
}
