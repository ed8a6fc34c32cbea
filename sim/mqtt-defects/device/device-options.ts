import type { MqttWill, ProtocolVersion, SubscriptionRequest } from '../../../hil/protocols/mqtt/packet.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';

/** What the virtual device is set up to do. */
export interface DeviceOptions {
  readonly version: ProtocolVersion;
  readonly clientId: string;
  readonly cleanStart: boolean;
  /** 5.0 only; 0: the session ends with the connection. */
  readonly sessionExpiryIntervalS: number;
  readonly keepAliveS: number;
  readonly will: MqttWill | undefined;
  readonly userName: string | undefined;
  readonly password: string | undefined;
  readonly authenticationMethod: string | undefined;
  readonly subscriptions: readonly SubscriptionRequest[];
  /** Topic that its publications go to. */
  readonly telemetryTopic: string;
  /** Publications at QoS 1 and 2 that it takes at once, aliases that it takes, bytes of a packet (5.0). */
  readonly receiveMaximum: number;
  readonly topicAliasMaximum: number;
  readonly packetBytesMax: number;
  /** Longest waits for CONNACK and PINGRESP, milliseconds. */
  readonly answerTimeoutMs: number;
  /** First delay before it connects again; doubles up to `backoffMaxMs`, of which `backoffJitter` is drawn. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** Part of the delay that is drawn, 0 to 1. */
  readonly backoffJitter: number;
  readonly reconnects: boolean;
}

/** Set-ups of the virtual device beside the usual one, as `--dut-command` variants name them. */
export const DEVICE_VARIANTS = ['usual', 'cleanSession', 'noWill', 'anonymous', 'emptyClientId', 'authentication'] as const;
export type DeviceVariant = (typeof DEVICE_VARIANTS)[number];

const TOPIC = 'fieldproof/device';

/** The virtual device as a variant wants it. */
export function deviceOptions(version: ProtocolVersion, variant: DeviceVariant): DeviceOptions {
  const is = (...variants: readonly DeviceVariant[]): boolean => variants.includes(variant);
  const subscriptions = [request(`${TOPIC}/command/#`, 2), request(`${TOPIC}/+/setting`, 1), ...(version === 5 ? [request(`$share/plant/${TOPIC}/shared`, 1)] : [])];
  return {
    version,
    clientId: is('emptyClientId') ? '' : 'virtual-device',
    cleanStart: is('cleanSession', 'emptyClientId'),
    sessionExpiryIntervalS: is('cleanSession', 'emptyClientId') ? 0 : 600,
    keepAliveS: 3,
    will: is('noWill') ? undefined : deviceWill(version),
    userName: is('anonymous') ? undefined : 'device',
    password: is('anonymous') ? undefined : 'secret',
    authenticationMethod: is('authentication') ? 'ECHO' : undefined,
    subscriptions,
    telemetryTopic: `${TOPIC}/telemetry`,
    receiveMaximum: 8,
    topicAliasMaximum: 4,
    packetBytesMax: 100_000,
    answerTimeoutMs: 600,
    backoffMs: 20,
    backoffMaxMs: 600,
    backoffJitter: 0.5,
    reconnects: true,
  };
}

function request(filter: string, qos: 1 | 2): SubscriptionRequest {
  return { filter, qos, noLocal: false, retainAsPublished: false, retainHandling: 0 };
}

function deviceWill(version: ProtocolVersion): MqttWill {
  const properties = version === 5 ? { contentType: 'text/plain', userProperties: [['site', 'a'] as const] } : NO_PROPERTIES;
  return { topic: `${TOPIC}/state`, payload: new TextEncoder().encode('gone'), qos: 1, retain: false, properties };
}
