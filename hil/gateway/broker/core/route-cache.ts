import type { Route } from './route.ts';

const ROUTES_MAX = 4_096;
/** Of all routes together. */
const TARGETS_MAX = 65_536;

/** The routes of topics that came lately. A change of any subscription empties it: what it holds is always true. */
export class RouteCache {
  readonly #routes = new Map<string, Route>();
  #targets = 0;

  get(topic: string): Route | undefined {
    return this.#routes.get(topic);
  }

  /** Keeps a route that was looked up, unless it is too large. */
  put(topic: string, route: Route): void {
    const targets = route.targets.length + route.groups.length;
    if (targets > TARGETS_MAX) return;
    // Full: topics that still come are back soon, and no list of the oldest has to be kept for each message.
    if (this.#routes.size >= ROUTES_MAX || this.#targets + targets > TARGETS_MAX) this.clear();
    this.#routes.set(topic, route);
    this.#targets += targets;
  }

  clear(): void {
    if (this.#routes.size === 0) return;
    this.#routes.clear();
    this.#targets = 0;
  }
}
