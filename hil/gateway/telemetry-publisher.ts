import { messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';
import type { Observe } from '../runtime/observation.ts';
import type { BrokerEngine } from './broker/broker-engine.ts';
import type { GatewayConfig } from './config/gateway-config.ts';
import { telemetryTopic } from './config/telemetry-topic.ts';
import type { TelemetryPayload } from './gateway-events.ts';
import type { PointReport } from './southbound/polled-device.ts';

export interface TelemetryPublisherDeps {
  readonly engine: BrokerEngine;
  readonly observe: Observe;
  readonly log: Logger;
}

/** Makes each reported value a message: `TelemetryPayload` as JSON on the configured topic, not retained. */
export function createTelemetryPublisher(
  { topic, qos }: GatewayConfig['telemetry'],
  bootId: string,
  { engine, observe, log }: TelemetryPublisherDeps,
): (report: PointReport) => void {
  return ({ device, point, value, n, wallMs }) => {
    const payload: TelemetryPayload = { v: value, n, t: wallMs, b: bootId };
    // Observed first: whoever receives the message must find in the journal, before it, that it was published.
    observe('telemetry.published', { device, point, n, boot: bootId, v: value, wallMs });
    engine
      .publish({ topic: telemetryTopic(topic, device, point), payload: Buffer.from(JSON.stringify(payload)), qos, retain: false })
      .catch((cause: unknown) => log.error('telemetry was not published', { device, point, n, cause: messageOf(cause) }));
  };
}
