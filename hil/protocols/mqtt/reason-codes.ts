import type { PacketSender } from './decode-result.ts';
import type { PacketType } from './packet.ts';

/** Packets that carry a reason code of MQTT 5.0. */
export type ReasonedPacketType = Extract<
  PacketType,
  'connack' | 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'suback' | 'unsuback' | 'disconnect' | 'auth'
>;

/** One reason code of MQTT 5.0. */
export interface ReasonCodeEntry {
  readonly code: number;
  readonly name: string;
  readonly allowedIn: readonly ReasonedPacketType[];
  /** Where only one side may send it in a packet that both sides send (DISCONNECT, AUTH). */
  readonly onlyFrom?: Partial<Record<ReasonedPacketType, PacketSender>>;
}

const SERVER_DISCONNECT = { onlyFrom: { disconnect: 'server' } } as const;

/**
 * The reason codes of MQTT 5.0 (section 2.4, with the tables of sections 3.2.2.2 to 3.15.2.1). Codes of 0x80 and above are
 * failures. Section 2.4 lists 0x8C for DISCONNECT and section 3.14.2.1 does not; it is taken as allowed.
 */
export const REASON_CODES: readonly ReasonCodeEntry[] = [
  { code: 0x00, name: 'success', allowedIn: ['connack', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'suback', 'unsuback', 'disconnect', 'auth'], onlyFrom: { auth: 'server' } },
  { code: 0x01, name: 'granted QoS 1', allowedIn: ['suback'] },
  { code: 0x02, name: 'granted QoS 2', allowedIn: ['suback'] },
  { code: 0x04, name: 'disconnect with will message', allowedIn: ['disconnect'], onlyFrom: { disconnect: 'client' } },
  { code: 0x10, name: 'no matching subscribers', allowedIn: ['puback', 'pubrec'] },
  { code: 0x11, name: 'no subscription existed', allowedIn: ['unsuback'] },
  { code: 0x18, name: 'continue authentication', allowedIn: ['auth'] },
  { code: 0x19, name: 're-authenticate', allowedIn: ['auth'], onlyFrom: { auth: 'client' } },
  { code: 0x80, name: 'unspecified error', allowedIn: ['connack', 'puback', 'pubrec', 'suback', 'unsuback', 'disconnect'] },
  { code: 0x81, name: 'malformed packet', allowedIn: ['connack', 'disconnect'] },
  { code: 0x82, name: 'protocol error', allowedIn: ['connack', 'disconnect'] },
  { code: 0x83, name: 'implementation specific error', allowedIn: ['connack', 'puback', 'pubrec', 'suback', 'unsuback', 'disconnect'] },
  { code: 0x84, name: 'unsupported protocol version', allowedIn: ['connack'] },
  { code: 0x85, name: 'client identifier not valid', allowedIn: ['connack'] },
  { code: 0x86, name: 'bad user name or password', allowedIn: ['connack'] },
  { code: 0x87, name: 'not authorized', allowedIn: ['connack', 'puback', 'pubrec', 'suback', 'unsuback', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0x88, name: 'server unavailable', allowedIn: ['connack'] },
  { code: 0x89, name: 'server busy', allowedIn: ['connack', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0x8a, name: 'banned', allowedIn: ['connack'] },
  { code: 0x8b, name: 'server shutting down', allowedIn: ['disconnect'], ...SERVER_DISCONNECT },
  { code: 0x8c, name: 'bad authentication method', allowedIn: ['connack', 'disconnect'] },
  { code: 0x8d, name: 'keep alive timeout', allowedIn: ['disconnect'], ...SERVER_DISCONNECT },
  { code: 0x8e, name: 'session taken over', allowedIn: ['disconnect'], ...SERVER_DISCONNECT },
  { code: 0x8f, name: 'topic filter invalid', allowedIn: ['suback', 'unsuback', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0x90, name: 'topic name invalid', allowedIn: ['connack', 'puback', 'pubrec', 'disconnect'] },
  { code: 0x91, name: 'packet identifier in use', allowedIn: ['puback', 'pubrec', 'suback', 'unsuback'] },
  { code: 0x92, name: 'packet identifier not found', allowedIn: ['pubrel', 'pubcomp'] },
  { code: 0x93, name: 'receive maximum exceeded', allowedIn: ['disconnect'] },
  { code: 0x94, name: 'topic alias invalid', allowedIn: ['disconnect'] },
  { code: 0x95, name: 'packet too large', allowedIn: ['connack', 'disconnect'] },
  { code: 0x96, name: 'message rate too high', allowedIn: ['disconnect'] },
  { code: 0x97, name: 'quota exceeded', allowedIn: ['connack', 'puback', 'pubrec', 'suback', 'disconnect'] },
  { code: 0x98, name: 'administrative action', allowedIn: ['disconnect'] },
  { code: 0x99, name: 'payload format invalid', allowedIn: ['connack', 'puback', 'pubrec', 'disconnect'] },
  { code: 0x9a, name: 'retain not supported', allowedIn: ['connack', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0x9b, name: 'QoS not supported', allowedIn: ['connack', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0x9c, name: 'use another server', allowedIn: ['connack', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0x9d, name: 'server moved', allowedIn: ['connack', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0x9e, name: 'shared subscriptions not supported', allowedIn: ['suback', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0x9f, name: 'connection rate exceeded', allowedIn: ['connack', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0xa0, name: 'maximum connect time', allowedIn: ['disconnect'], ...SERVER_DISCONNECT },
  { code: 0xa1, name: 'subscription identifiers not supported', allowedIn: ['suback', 'disconnect'], ...SERVER_DISCONNECT },
  { code: 0xa2, name: 'wildcard subscriptions not supported', allowedIn: ['suback', 'disconnect'], ...SERVER_DISCONNECT },
];

/** CONNACK return codes of MQTT 3.1.1, section 3.2.2.3, by their number. */
export const CONNECT_RETURN_CODES: readonly string[] = [
  'connection accepted',
  'unacceptable protocol version',
  'identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorized',
];

/** What SUBACK may hold in MQTT 3.1.1, section 3.9.3: the granted QoS, or failure. */
export const SUBACK_RETURN_CODES: readonly number[] = [0, 1, 2, 0x80];

const ENTRY_BY_CODE = new Map(REASON_CODES.map((entry) => [entry.code, entry]));

/** The table's row for a code from the wire, or undefined when MQTT 5.0 has no such code. */
export function reasonCodeEntry(code: number): ReasonCodeEntry | undefined {
  return ENTRY_BY_CODE.get(code);
}

/** Whether MQTT 5.0 lets that side send this code in that packet. */
export function isReasonCodeAllowed(code: number, type: ReasonedPacketType, from: PacketSender): boolean {
  const entry = ENTRY_BY_CODE.get(code);
  if (entry === undefined || !entry.allowedIn.includes(type)) return false;
  return (entry.onlyFrom?.[type] ?? from) === from;
}

/** The name of a code in a packet of MQTT 5.0; `reason 0x..` for one that the standard does not have. */
export function reasonName(code: number, type: ReasonedPacketType): string {
  if (code === 0 && type === 'disconnect') return 'normal disconnection';
  if (code === 0 && type === 'suback') return 'granted QoS 0';
  return ENTRY_BY_CODE.get(code)?.name ?? `reason 0x${code.toString(16).padStart(2, '0')}`;
}
