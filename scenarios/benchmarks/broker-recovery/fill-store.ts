import type { Message } from '../../../hil/gateway/broker/core/message.ts';
import { openBrokerStore } from '../../../hil/gateway/broker/store/open-broker-store.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { Clock } from '../../../hil/runtime/clock.ts';
import { silentLogger } from '../../../hil/runtime/log.ts';

/** What waits in a store. */
export interface StoreFilling {
  /** Each with one subscription. */
  readonly sessions: number;
  /** QoS 1, of one session each. */
  readonly messages: number;
  readonly payloadBytes: number;
}

const NEVER_EXPIRES_S = 0xffff_ffff;
const SESSIONS_PER_COMMIT = 100;

/** Makes a store as a gateway leaves it whose clients are all away. @param path - A folder that is not there yet. */
export async function fillStore(path: string, { sessions, messages, payloadBytes }: StoreFilling, clock: Clock): Promise<void> {
  const store = await openBrokerStore({ policy: 'os', path, bytesMax: Infinity, messagesMax: Infinity }, { clock, log: silentLogger });
  const perSession = Math.ceil(messages / sessions);
  for (let index = 0; index < sessions; index += 1) {
    const clientId = `client-${index}`;
    const filter = `devices/${index}/command`;
    store.record({ kind: 'session', clientId, expiryIntervalS: NEVER_EXPIRES_S });
    const subscription = { fullFilter: filter, filter, shareName: undefined, qos: 1, noLocal: false, retainAsPublished: false, identifier: undefined } as const;
    store.record({ kind: 'subscription', clientId, subscription, isNew: true });
    for (let sequence = 1; sequence <= perSession; sequence += 1) {
      const payload = Buffer.alloc(payloadBytes, `${index} ${sequence} `);
      const message: Message = { topic: filter, payload, qos: 1, retain: false, properties: NO_PROPERTIES, publisherId: undefined, acceptedAtMs: clock.nowMs() };
      store.record({ kind: 'queued', clientId, sequence, message, qos: 1, retain: false, subscriptionIdentifiers: [] });
    }
    store.record({ kind: 'session-left', clientId, expiryIntervalS: NEVER_EXPIRES_S, wallMs: clock.wallMs() });
    if (index % SESSIONS_PER_COMMIT === SESSIONS_PER_COMMIT - 1) await store.commit();
  }
  await store.close();
}
