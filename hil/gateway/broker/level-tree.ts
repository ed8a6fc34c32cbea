interface Node<V> {
  readonly children: Map<string, Node<V>>;
  value: V | undefined;
}

/**
 * A map from topics or filters to values, as a tree of their levels. It answers both questions of a broker without a
 * scan: which filters match this topic (delivery), and which topics match this filter (retained messages). Keys must be
 * well-formed (`topic-filter.ts`), which bounds the depth of the recursion to `TOPIC_LEVELS_MAX`.
 */
export class LevelTree<V> {
  readonly #root: Node<V> = emptyNode();
  #size = 0;

  /** Keys that hold a value. */
  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    let node: Node<V> | undefined = this.#root;
    for (const level of key.split('/')) node = node?.children.get(level);
    return node?.value;
  }

  set(key: string, value: V): void {
    let node = this.#root;
    for (const level of key.split('/')) {
      let child = node.children.get(level);
      if (child === undefined) {
        child = emptyNode();
        node.children.set(level, child);
      }
      node = child;
    }
    if (node.value === undefined) this.#size += 1;
    node.value = value;
  }

  /** Removes the key and every level that nothing else needs. Harmless when it is not there. */
  delete(key: string): void {
    const path: { readonly parent: Node<V>; readonly level: string }[] = [];
    let node = this.#root;
    for (const level of key.split('/')) {
      const child = node.children.get(level);
      if (child === undefined) return;
      path.push({ parent: node, level });
      node = child;
    }
    if (node.value === undefined) return;
    node.value = undefined;
    this.#size -= 1;
    for (const { parent, level } of path.toReversed()) {
      const child = parent.children.get(level);
      if (child !== undefined && (child.value !== undefined || child.children.size > 0)) return;
      parent.children.delete(level);
    }
  }

  /** Visits the value of each stored filter that matches the topic (MQTT 3.1.1 section 4.7). */
  visitFiltersMatching(topic: string, visit: (value: V) => void): void {
    visitFilters(this.#root, topic.split('/'), 0, topic.startsWith('$'), visit);
  }

  /** Visits the value of each stored topic that the filter matches. */
  visitTopicsMatching(filter: string, visit: (value: V) => void): void {
    visitTopics(this.#root, filter.split('/'), 0, visit);
  }
}

function emptyNode<V>(): Node<V> {
  return { children: new Map(), value: undefined };
}

function visitValue<V>(node: Node<V> | undefined, visit: (value: V) => void): void {
  if (node?.value !== undefined) visit(node.value);
}

/** @param wildcardsBarred - The topic begins with `$`: wildcards of the first level do not match it (MQTT-4.7.2-1). */
function visitFilters<V>(
  node: Node<V>,
  levels: readonly string[],
  depth: number,
  wildcardsBarred: boolean,
  visit: (value: V) => void,
): void {
  if (!wildcardsBarred) visitValue(node.children.get('#'), visit);
  const level = levels[depth];
  if (level === undefined) {
    visitValue(node, visit);
    return;
  }
  const exact = node.children.get(level);
  if (exact !== undefined) visitFilters(exact, levels, depth + 1, false, visit);
  const plus = wildcardsBarred ? undefined : node.children.get('+');
  if (plus !== undefined) visitFilters(plus, levels, depth + 1, false, visit);
}

function visitTopics<V>(node: Node<V>, levels: readonly string[], depth: number, visit: (value: V) => void): void {
  const level = levels[depth];
  if (level === undefined) {
    visitValue(node, visit);
  } else if (level === '#') {
    visitSubtree(node, depth === 0, visit);
  } else if (level === '+') {
    for (const [name, child] of node.children) {
      if (depth > 0 || !name.startsWith('$')) visitTopics(child, levels, depth + 1, visit);
    }
  } else {
    const child = node.children.get(level);
    if (child !== undefined) visitTopics(child, levels, depth + 1, visit);
  }
}

/** `#` stands for its parent level and everything below (section 4.7.1.2). */
function visitSubtree<V>(node: Node<V>, isRoot: boolean, visit: (value: V) => void): void {
  visitValue(node, visit);
  for (const [name, child] of node.children) {
    if (!isRoot || !name.startsWith('$')) visitSubtree(child, false, visit);
  }
}
