import { runFrame, type Line } from './hand-made-history.contract.ts';

/** One message of a client, before it becomes lines of a journal. */
export interface MadeMessage {
  readonly client: string;
  readonly n: number;
  readonly qos: number;
  readonly sentMs: number;
  /** Undefined: never acknowledged. */
  readonly ackedMs: number | undefined;
  /** One for each arrival at `cloud`. */
  readonly arrivals: readonly { readonly t: number; readonly qos: number }[];
}

export const QUIESCED_MS = 60_000;

/** `count` messages of a client, one each 100 ms from 1,000 on, each acknowledged after 3 ms and arrived after 9 ms. */
export function flawlessMessages(client: string, qos: number, count: number): MadeMessage[] {
  return Array.from({ length: count }, (_, index) => {
    const sentMs = 1_000 + index * 100;
    return { client, n: index + 1, qos, sentMs, ackedMs: sentMs + 3, arrivals: [{ t: sentMs + 9, qos }] };
  });
}

/** A whole journal of these messages; every client connected at `edge`. */
export function messageJournal(messages: readonly MadeMessage[]): Line[] {
  const clients = [...new Set(messages.map(({ client }) => client))];
  return [
    ...runFrame(QUIESCED_MS, QUIESCED_MS + 1_000),
    ...clients.map((client): Line => [500, 'sensors', 'mqtt.connected', { client, at: 'edge' }]),
    ...messages.flatMap(({ client, n, qos, sentMs, ackedMs, arrivals }): Line[] => [
      [sentMs, 'sensors', 'mqtt.sent', { client, n, qos }],
      ...(ackedMs === undefined ? [] : [[ackedMs, 'sensors', 'mqtt.acked', { client, n, qos }] satisfies Line]),
      ...arrivals.map(({ t, qos: deliveredQos }): Line => [t, 'observer-cloud', 'mqtt.received', { at: 'cloud', client, n, qos: deliveredQos, dup: false, latencyMs: t - sentMs }]),
    ]),
  ];
}

/** The messages with message `n` of `client` replaced by what `how` makes of it. */
export function changed(messages: readonly MadeMessage[], client: string, n: number, how: (message: MadeMessage) => MadeMessage): MadeMessage[] {
  return messages.map((message) => (message.client === client && message.n === n ? how(message) : message));
}
