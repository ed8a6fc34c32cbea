import type { PicsItem } from '../../framework/pics.ts';

/** What a vendor of a broker declares. Capabilities of 5.0 that a server may lack are true by default, as the standard has them. */
export const BROKER_PICS: readonly PicsItem[] = [
  { name: 'MQTT_3_1_1', question: 'Does it speak MQTT 3.1.1 (protocol level 4)?', byDefault: true, source: 'MQTT 3.1.1 section 3.1.2.2' },
  { name: 'MQTT_5_0', question: 'Does it speak MQTT 5.0 (protocol level 5)?', byDefault: true, source: 'MQTT 5.0 section 3.1.2.2' },
  { name: 'QOS1', question: 'Does it take publications at QoS 1?', byDefault: true, source: 'MQTT 5.0 section 3.2.2.3.4' },
  { name: 'QOS2', question: 'Does it take publications at QoS 2?', byDefault: true, source: 'MQTT 5.0 section 3.2.2.3.4' },
  { name: 'RETAIN', question: 'Does it keep retained messages?', byDefault: true, source: 'MQTT 5.0 section 3.2.2.3.5' },
  { name: 'WILDCARDS', question: 'Does it take wildcards in topic filters?', byDefault: true, source: 'MQTT 5.0 section 3.2.2.3.11' },
  { name: 'SUBSCRIPTION_IDENTIFIERS', question: 'Does it take subscription identifiers?', byDefault: true, source: 'MQTT 5.0 section 3.2.2.3.12' },
  { name: 'SHARED_SUBSCRIPTIONS', question: 'Does it take shared subscriptions?', byDefault: true, source: 'MQTT 5.0 section 3.2.2.3.13' },
  { name: 'TOPIC_ALIASES', question: 'Does it take topic aliases from clients (Topic Alias Maximum above 0)?', byDefault: true, source: 'MQTT 5.0 section 3.2.2.3.8' },
  { name: 'PERSISTENT_SESSIONS', question: 'Does it keep sessions of clients that are not connected?', byDefault: true, source: 'MQTT 3.1.1 section 3.1.2.4, MQTT 5.0 section 3.1.2.11.2' },
  { name: 'EMPTY_CLIENT_ID', question: 'Does it take an empty client id (3.1.1: with clean session)?', byDefault: true, source: 'section 3.1.3.1 of both' },
  { name: 'ANONYMOUS', question: 'Does it let clients in without user name?', byDefault: true, source: 'section 5.4.1 of both' },
  { name: 'CREDENTIALS', question: 'Does it refuse a wrong user name or password?', byDefault: false, source: 'section 5.4.1 of both' },
  { name: 'ACCESS_CONTROL', question: 'Does it refuse publications to the topic in PIXIT value forbiddenTopic, and tell so in PUBACK and PUBREC of 5.0?', byDefault: false, source: 'MQTT 5.0 section 5.4.2' },
  { name: 'ENHANCED_AUTHENTICATION', question: 'Does it know an authentication method (PIXIT values authenticationMethod and authenticationExchange)?', byDefault: false, source: 'MQTT 5.0 section 4.12' },
  { name: 'REQUEST_RESPONSE_INFORMATION', question: 'Does it give response information when it is asked for?', byDefault: false, source: 'MQTT 5.0 section 3.1.2.11.6' },
  { name: 'WEBSOCKET', question: 'Does it take MQTT over WebSocket (PIXIT value websocketAddress)?', byDefault: false, source: 'section 6 of both' },
  { name: 'RESTART', question: 'May the tester restart it (PIXIT restartCommand), and does it keep its sessions over that?', byDefault: false, source: 'section 4.1 of both' },
];
