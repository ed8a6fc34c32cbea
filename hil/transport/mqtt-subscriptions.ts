import { FieldproofError } from '../runtime/errors.ts';

/** A subscription as it is asked for (MQTT 3.1.1 section 3.8). */
export interface SubscriptionRequest {
  readonly filter: string;
  /** The highest QoS at which messages are to be delivered. */
  readonly qos: 0 | 1 | 2;
}

/**
 * Asks the server for subscriptions.
 * @returns The return code of each filter (below 0x80: granted), or undefined when the connection was lost before the
 *   answer came. Never rejects.
 */
export type AskForSubscriptions = (requests: readonly SubscriptionRequest[]) => Promise<ReadonlyMap<string, number> | undefined>;

/** Filters that one session may ask for. */
const FILTERS_MAX = 10_000;
/** Return codes from here on refuse (MQTT 3.1.1 section 3.9.3, MQTT 5.0 section 3.9.3). */
const REFUSED_MIN = 0x80;

interface OpenRequest {
  readonly requests: readonly SubscriptionRequest[];
  readonly resolve: () => void;
  readonly reject: (error: FieldproofError) => void;
}

/** The subscriptions of one MQTT session: waits for a connection, and makes them anew where the server has lost them. */
export class MqttSubscriptions {
  readonly #granted = new Map<string, SubscriptionRequest>();
  readonly #open = new Set<OpenRequest>();
  #askServer: AskForSubscriptions | undefined;
  #failure: string | undefined;

  /**
   * Resolves when all are granted.
   * @throws FieldproofError FP_BROKER_REFUSED naming those that were not, FP_LINK_CLOSED, FP_LIMIT.
   */
  subscribe(requests: readonly SubscriptionRequest[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(closedError(this.#failure));
    if (this.#granted.size + this.#open.size + requests.length > FILTERS_MAX) {
      return Promise.reject(new FieldproofError('FP_LIMIT', `one MQTT session may subscribe to ${FILTERS_MAX} filters`));
    }
    const wrong = requests.find(({ filter }) => !isTopicFilter(filter));
    if (wrong !== undefined) {
      return Promise.reject(new FieldproofError('FP_BROKER_REFUSED', `'${wrong.filter}' is no topic filter; the broker was not asked`));
    }
    if (requests.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const request = { requests, resolve, reject };
      this.#open.add(request);
      void this.#ask(request);
    });
  }

  /**
   * A connection is there.
   * @param onLost - Called when a subscription that the server had granted once is refused now.
   */
  connected(askServer: AskForSubscriptions, sessionPresent: boolean, onLost: (reason: string) => void): void {
    this.#askServer = askServer;
    if (!sessionPresent && this.#granted.size > 0) void this.#askAgain(askServer, onLost);
    for (const request of this.#open) void this.#ask(request);
  }

  /** The connection is gone; what was not answered is asked again on the next one. */
  disconnected(): void {
    this.#askServer = undefined;
  }

  /** There will be no connection any more. */
  fail(reason: string): void {
    this.#failure ??= reason;
    this.#askServer = undefined;
    const open = [...this.#open];
    this.#open.clear();
    for (const { reject } of open) reject(closedError(reason));
  }

  async #ask(request: OpenRequest): Promise<void> {
    const codes = await this.#askServer?.(request.requests);
    if (codes === undefined || !this.#open.delete(request)) return;
    for (const asked of request.requests) if (codeOf(asked, codes) < REFUSED_MIN) this.#granted.set(asked.filter, asked);
    const refused = refusedAmong(request.requests, codes);
    if (refused === '') request.resolve();
    else request.reject(new FieldproofError('FP_BROKER_REFUSED', `the broker refused to subscribe to ${refused}`));
  }

  async #askAgain(askServer: AskForSubscriptions, onLost: (reason: string) => void): Promise<void> {
    const lost = [...this.#granted.values()];
    const codes = await askServer(lost);
    const refused = codes === undefined ? '' : refusedAmong(lost, codes);
    if (refused !== '') onLost(`the broker refuses a subscription that it had granted: ${refused}`);
  }
}

/** MQTT 3.1.1 section 4.7.1: `#` stands alone and last, `+` alone in its level. */
function isTopicFilter(filter: string): boolean {
  const levels = filter.split('/');
  const isLevel = (level: string, index: number): boolean => level === '+' || (level === '#' && index === levels.length - 1) || !/[+#]/.test(level);
  return filter !== '' && levels.every(isLevel);
}

function refusedAmong(requests: readonly SubscriptionRequest[], codes: ReadonlyMap<string, number>): string {
  return requests
    .filter((asked) => codeOf(asked, codes) >= REFUSED_MIN)
    .map((asked) => `'${asked.filter}' (code 0x${codeOf(asked, codes).toString(16)})`)
    .join(', ');
}

/** A filter without an answer counts as refused. */
function codeOf(asked: SubscriptionRequest, codes: ReadonlyMap<string, number>): number {
  return codes.get(asked.filter) ?? REFUSED_MIN;
}

function closedError(reason: string): FieldproofError {
  return new FieldproofError('FP_LINK_CLOSED', `the subscription was not answered: ${reason}`);
}
