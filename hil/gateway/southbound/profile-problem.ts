/** One contradiction in a profile; `path` leads to the key that should change. */
export interface ProfileProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
