import { LevelTree } from '../level-tree.ts';
import { RouteCache } from './route-cache.ts';
import { targetOf, type Route } from './route.ts';
import type { Session } from './session.ts';
import { ShareGroup } from './share-group.ts';
import type { Subscription } from './subscription.ts';

/** Every subscription of every session, as a tree of the levels of their filters. */
export class SubscriptionIndex {
  readonly #own = new LevelTree<Map<Session, Subscription>>();
  /** By filter, then by share name: two names on one filter each get every message. */
  readonly #shared = new LevelTree<Map<string, ShareGroup>>();
  readonly #routes = new RouteCache();

  /** Adds it, or replaces the one of the same filter (MQTT-3.8.4-3). @returns whether there was none. */
  set(session: Session, subscription: Subscription): boolean {
    this.#routes.clear();
    const isNew = !session.subscriptions.has(subscription.fullFilter);
    session.subscriptions.set(subscription.fullFilter, subscription);
    const { filter, shareName } = subscription;
    if (shareName === undefined) entryOf(this.#own, filter, () => new Map<Session, Subscription>()).set(session, subscription);
    else groupOf(this.#shared, filter, shareName).set(session, subscription);
    return isNew;
  }

  /** @param fullFilter - As the client wrote it. @returns whether there was one. */
  delete(session: Session, fullFilter: string): boolean {
    const subscription = session.subscriptions.get(fullFilter);
    if (subscription === undefined) return false;
    this.#routes.clear();
    session.subscriptions.delete(fullFilter);
    const { filter, shareName } = subscription;
    if (shareName === undefined) {
      const subscribers = this.#own.get(filter);
      subscribers?.delete(session);
      if (subscribers?.size === 0) this.#own.delete(filter);
      return true;
    }
    const groups = this.#shared.get(filter);
    const group = groups?.get(shareName);
    group?.delete(session);
    if (group?.size === 0) groups?.delete(shareName);
    if (groups?.size === 0) this.#shared.delete(filter);
    return true;
  }

  /** Where the messages of a topic go: each session once, however many of its subscriptions match, and each group of a shared one. */
  routeOf(topic: string): Route {
    const known = this.#routes.get(topic);
    if (known !== undefined) return known;
    const route = this.#findRoute(topic);
    this.#routes.put(topic, route);
    return route;
  }

  #findRoute(topic: string): Route {
    const matches = new Map<Session, Subscription[]>();
    this.#own.visitFiltersMatching(topic, (subscribers) => {
      for (const [session, subscription] of subscribers) {
        const others = matches.get(session);
        if (others === undefined) matches.set(session, [subscription]);
        else others.push(subscription);
      }
    });
    const groups: ShareGroup[] = [];
    this.#shared.visitFiltersMatching(topic, (found) => groups.push(...found.values()));
    return { targets: Array.from(matches, ([session, subscriptions]) => targetOf(session, subscriptions)), groups };
  }
}

function entryOf<V>(tree: LevelTree<V>, key: string, create: () => V): V {
  const known = tree.get(key);
  if (known !== undefined) return known;
  const made = create();
  tree.set(key, made);
  return made;
}

function groupOf(tree: LevelTree<Map<string, ShareGroup>>, filter: string, shareName: string): ShareGroup {
  const groups = entryOf(tree, filter, () => new Map<string, ShareGroup>());
  const known = groups.get(shareName);
  if (known !== undefined) return known;
  const made = new ShareGroup();
  groups.set(shareName, made);
  return made;
}
