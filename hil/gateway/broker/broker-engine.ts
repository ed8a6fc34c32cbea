import type { StoreStats } from './store/store-report.ts';

export type QualityOfService = 0 | 1 | 2;

/** One application message (MQTT 3.1.1 section 1.2). The payload belongs to nobody: treat it as frozen. */
export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QualityOfService;
  readonly retain: boolean;
}

/** A message as the broker accepted it. */
export interface AcceptedMessage extends BrokerMessage {
  /** Who published it; undefined for the gateway's own parts (telemetry). */
  readonly clientId: string | undefined;
}

/** Totals since start; counts only grow. */
export interface BrokerStats {
  readonly connectedClients: number;
  readonly messagesAccepted: number;
  readonly messagesDelivered: number;
  /** Connections ended by a bound or by malformed input, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Of an engine that keeps what it has beyond the process; undefined for one that does not. */
  readonly store?: StoreStats | undefined;
}

/**
 * The broker behind a port, so that engines can be swapped and can check each other under one contract test
 * (`broker-engine.contract.ts`): `aedes` now, a core of our own next.
 */
export interface BrokerEngine {
  readonly name: string;
  /** Recovers what an earlier process left, then binds the MQTT listener. @throws FieldproofError FP_BROKER_STORE, FP_PORT_IN_USE, FP_BIND_FAILED. */
  listen(host: string, port: number): Promise<{ readonly port: number }>;
  /** Binds a listener for MQTT over WebSocket as well; an engine without it has none. @throws FieldproofError as `listen`. */
  listenWebSocket?(host: string, port: number): Promise<{ readonly port: number }>;
  /** Publishes for the gateway's own parts. Resolves when every matching session has it delivered or queued. */
  publish(message: BrokerMessage): Promise<void>;
  /** Called once for each accepted message, QoS 2 duplicates excluded, in the order of acceptance. Must not throw. */
  onAccepted(listener: (message: AcceptedMessage) => void): void;
  stats(): BrokerStats;
  /** Stops listening and disconnects every client. */
  close(): Promise<void>;
}
