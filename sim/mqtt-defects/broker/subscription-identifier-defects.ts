import type { PublishPacket } from '../../../hil/protocols/mqtt/packet.ts';
import type { DefectAction, DefectiveConnection, MqttDefect } from '../mqtt-defect.ts';
import { chosen, rewrites } from '../rewrite.ts';
import { to, without } from '../version-5.ts';

/** Defects in subscription identifiers. */
export const SUBSCRIPTION_IDENTIFIER_DEFECTS: readonly MqttDefect[] = [
  rewrites('drops-subscription-identifiers', 'forgets the identifiers of subscriptions', { from: 'server', type: 'publish' }, (packet) => ({
    ...packet,
    properties: without(packet.properties, 'subscriptionIdentifiers'),
  })),
  rewrites('truncates-subscription-identifiers', 'keeps 16 bits of a subscription identifier', { from: 'server', type: 'publish' }, (packet) => ({
    ...packet,
    properties: { ...without(packet.properties, 'subscriptionIdentifiers'), ...identifiers((packet.properties.subscriptionIdentifiers ?? []).map((id) => id & 0xffff)) },
  })),
  {
    id: 'single-copy-with-one-identifier',
    does: 'sends one copy, with the first of its identifiers',
    create: () => () => onCopies(({ 0: first }) => (first === undefined ? [] : [[first]])),
  },
  {
    id: 'separate-copies-with-all-identifiers',
    does: 'sends a copy for each subscription, each with all identifiers',
    create: () => () => onCopies((all) => all.map(() => all)),
  },
  {
    id: 'keeps-first-subscription-identifier',
    does: 'keeps the identifier of the first SUBSCRIBE when a subscription is replaced',
    create: () => keepFirst,
  },
  {
    id: 'resumes-without-subscription-identifiers',
    does: 'does not keep subscription identifiers with the session',
    create: () => () => {
      let isResumed = false;
      return {
        onPacket: (seen): 'pass' | DefectAction[] => {
          isResumed ||= chosen(seen, { from: 'client', type: 'connect' })?.cleanStart === false;
          const publish = chosen(seen, { from: 'server', type: 'publish' });
          return publish === undefined || !isResumed ? 'pass' : [to('server', { ...publish, properties: without(publish.properties, 'subscriptionIdentifiers') })];
        },
      };
    },
  },
];

function identifiers(ids: readonly number[]): { readonly subscriptionIdentifiers?: readonly number[] } {
  return ids.length === 0 ? {} : { subscriptionIdentifiers: ids };
}

/** Makes all copies of a payload into others: the identifiers 1 and 2 of the case are known to come together or in turn. */
function onCopies(copiesOf: (all: readonly number[]) => readonly (readonly number[])[]): DefectiveConnection {
  const seenOf = new Map<string, number>();
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      const publish = chosen(seen, { from: 'server', type: 'publish' });
      const ids = publish?.properties.subscriptionIdentifiers;
      if (publish === undefined || ids === undefined) return 'pass';
      const payload = Buffer.from(publish.payload).toString();
      const earlier = seenOf.get(payload) ?? 0;
      seenOf.set(payload, earlier + 1);
      return earlier > 0 ? [] : copiesOf([1, 2]).map((copy) => withIdentifiers(publish, copy));
    },
  };
}

function withIdentifiers(publish: PublishPacket, ids: readonly number[]): DefectAction {
  return to('server', { ...publish, properties: { ...without(publish.properties, 'subscriptionIdentifiers'), ...identifiers(ids) } });
}

function keepFirst(): DefectiveConnection {
  const firstOf = new Map<string, readonly number[]>();
  return {
    onPacket: (seen): 'pass' | DefectAction[] => {
      const subscribe = chosen(seen, { from: 'client', type: 'subscribe' });
      const filter = subscribe?.subscriptions[0]?.filter;
      if (subscribe === undefined || filter === undefined) return 'pass';
      const first = firstOf.get(filter) ?? subscribe.properties.subscriptionIdentifiers ?? [];
      firstOf.set(filter, first);
      return [to('client', { ...subscribe, properties: { ...without(subscribe.properties, 'subscriptionIdentifiers'), ...identifiers(first) } })];
    },
  };
}
