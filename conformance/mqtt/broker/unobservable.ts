const TOPIC_LENGTH = 'the two bytes of length in front of every string cannot say more than 65,535, so no packet can break it';

/** Statements that bind a broker and that nobody can judge from the wire, by key, each with the reason. */
export const BROKER_UNOBSERVABLE: ReadonlyMap<string, string> = new Map([
  ['mqtt-3.1.1/MQTT-4.7.3-3', TOPIC_LENGTH],
  ['mqtt-5.0/MQTT-4.7.3-3', TOPIC_LENGTH],
]);
