import type { MqttDecode, PacketSender } from '../../hil/protocols/mqtt/decode-result.ts';
import type { MqttPacket, ProtocolVersion } from '../../hil/protocols/mqtt/packet.ts';

/** A packet on its way through the relay. */
export interface SeenPacket {
  readonly from: PacketSender;
  readonly bytes: Uint8Array;
  /** What it is, strictly read: an `incomplete` one never comes. */
  readonly decoded: MqttDecode;
  /** The packet when it is well-formed. */
  readonly packet: MqttPacket | undefined;
  /** The version that this connection's CONNECT asked for; 4 before it. */
  readonly version: ProtocolVersion;
}

/** What a relay does in place of passing the packet on. In the order given. */
export type DefectAction =
  | { readonly do: 'toServer' | 'toClient'; readonly bytes: Uint8Array }
  /** Ends the connection to one side in good order. */
  | { readonly do: 'closeClient' | 'closeServer' }
  /** The rest happens so much later; packets behind it overtake. */
  | { readonly do: 'later'; readonly ms: number; readonly actions: readonly DefectAction[] }
  /** What happens is decided only when it is its turn. */
  | { readonly do: 'decide'; readonly choose: () => readonly DefectAction[] };

/** What a defect does on one connection. `pass`: the packet goes on as it came. */
export interface DefectiveConnection {
  readonly onPacket?: (seen: SeenPacket) => 'pass' | readonly DefectAction[];
  /** One side ended the connection. `pass`: the relay ends the other as well; `hold`: it keeps the other one open. */
  readonly onEnd?: (by: PacketSender) => 'pass' | 'hold' | readonly DefectAction[];
}

/** What a defect can reach beside the packet it is given. */
export interface DefectTools {
  /** Sends at any time, for instance on a connection other than that of the packet. */
  readonly act: (actions: readonly DefectAction[]) => void;
  /** Counts from 0 in the order of acceptance. */
  readonly connectionIndex: number;
}

/**
 * A way in which a broker (or, seen from the other side, a device) breaks the standard: a relay before a good one that
 * changes, swallows, repeats or invents packets. Each violates just the statements it names.
 */
export interface MqttDefect {
  /** kebab-case: `keeps-second-connect`. */
  readonly id: string;
  /** One sentence: what the SUT seems to do. */
  readonly does: string;
  /** Fresh state for one SUT; the function is called for each of its connections. */
  create(): (tools: DefectTools) => DefectiveConnection;
}
