import { randomFromHex } from '../../../hil/runtime/random.ts';

/** Names that no other case uses: client ids and topics, from the seed of the case, so that a replay has the same. */
export interface CaseNames {
  /** 16 letters and digits: every server must take up to 23 of them (MQTT-3.1.3-5). @param label - `subscriber`, `a`. */
  clientId(label: string): string;
  /** A topic of its own, at least three levels. @param label - May hold further levels: `a/b`. */
  topic(label: string): string;
}

/** @param topicPrefix - Where the SUT lets the tester publish and subscribe; `fieldproof` by default. */
export function caseNames(seedHex: string, topicPrefix: string): CaseNames {
  const random = randomFromHex(seedHex);
  const mark = random.child('topic').seedHex.slice(0, 8);
  return {
    clientId: (label) => `f${random.child(`client ${label}`).seedHex.slice(0, 15)}`,
    topic: (label) => `${topicPrefix}/${mark}/${label}`,
  };
}
