/** A result that is there at once, or later. Ports that answer from memory cost no turn of the event loop. */
export type Eventual<T> = T | Promise<T>;

/** Goes on with the result: at once when it is there. */
export function whenDone<T, R>(result: Eventual<T>, use: (value: T) => Eventual<R>): Eventual<R> {
  return result instanceof Promise ? result.then(use) : use(result);
}
