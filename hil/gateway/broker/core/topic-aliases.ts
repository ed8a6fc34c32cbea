/** Topic aliases of one direction of one connection: they end with it (MQTT-3.3.2-7). @see MQTT 5.0, section 3.3.2.3.4 */
export class IncomingAliases {
  readonly #maximum: number;
  readonly #topics = new Map<number, string>();

  /** @param maximum - As announced in CONNACK; every alias from 1 to it is accepted (MQTT-3.3.2-12). */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /**
   * The topic that a PUBLISH means. `invalid`: the alias is above the maximum; `unknown`: nothing is bound to it.
   * @param topic - Empty when the alias stands for it, else it is bound to the alias.
   */
  resolve(topic: string, alias: number | undefined): { readonly topic: string } | 'invalid' | 'unknown' {
    if (alias === undefined) return { topic };
    if (alias < 1 || alias > this.#maximum) return 'invalid';
    if (topic !== '') {
      this.#topics.set(alias, topic);
      return { topic };
    }
    const bound = this.#topics.get(alias);
    return bound === undefined ? 'unknown' : { topic: bound };
  }
}

/** The aliases that the server uses: the first topics of a connection get one each, for good. */
export class OutgoingAliases {
  readonly #maximum: number;
  readonly #aliases = new Map<string, number>();

  /** @param maximum - At most the client's Topic Alias Maximum; 0 uses none (MQTT-3.1.2-26, MQTT-3.1.2-27). */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  get isOff(): boolean {
    return this.#maximum === 0;
  }

  /** The alias of a topic, known to the client or free to be bound; undefined when there is none. */
  find(topic: string): { readonly alias: number; readonly isKnown: boolean } | undefined {
    const known = this.#aliases.get(topic);
    if (known !== undefined) return { alias: known, isKnown: true };
    return this.#aliases.size < this.#maximum ? { alias: this.#aliases.size + 1, isKnown: false } : undefined;
  }

  /** The PUBLISH that binds it was sent. */
  bind(topic: string, alias: number): void {
    this.#aliases.set(topic, alias);
  }
}
