import type { PacketType } from '../../../hil/protocols/mqtt/packet.ts';
import { readFixedHeader } from '../../../hil/protocols/mqtt/fixed-header.ts';
import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { told } from '../bench/peer.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DevicePurpose } from './device-purpose.ts';
import { announcedType, observed, type SentPacket } from './observation.ts';

/** A purpose that only looks at what the device sends in a stretch of ordinary life. */
export interface PassivePurpose extends Omit<DevicePurpose, 'run'> {
  /** Way to start the device; `usual` by default. */
  readonly variant?: string;
  /** Packets that it is about. */
  readonly types: readonly PacketType[];
  /** Narrows them to those that show whether the statement holds; a malformed one is always asked. */
  readonly when?: (sent: SentPacket) => boolean;
  /** Any malformed packet of these types breaks it: for what is about their layout. */
  readonly layout?: boolean;
  /** Other statements whose violation is one of this: `MQTT-1.5.3-1`. */
  readonly alsoBrokenBy?: readonly string[];
  /** What else is wrong with a well-formed packet. @returns What, for people. */
  readonly wrong?: (sent: SentPacket, bench: DeviceBench) => string | undefined;
}

export function passivePurpose({ variant = 'usual', types, when = () => true, layout = false, alsoBrokenBy = [], wrong = () => undefined, ...rest }: PassivePurpose): DevicePurpose {
  return {
    ...rest,
    run: async (bench) => {
      const { sent } = await observed(bench, variant);
      const relevant = sent.filter((one) => types.some((type) => type === announcedType(one)));
      const own = [...(rest.statements[bench.version === 4 ? '3.1.1' : '5.0'] ?? []), ...alsoBrokenBy];
      for (const one of relevant) {
        if (one.kind === 'malformed' && (layout || own.includes(one.violation.statement))) failCase(`the device sent a packet that breaks it: ${told(one)}`, [one.violation.statement]);
        const found = one.kind === 'packet' && when(one) ? wrong(one, bench) : undefined;
        if (found !== undefined) failCase(`the device sent ${found}: ${told(one)}`);
      }
      if (!relevant.some((one) => one.kind === 'packet' && when(one))) inconclusiveCase(`the device sent no ${types.join(' or ').toUpperCase()} that shows it`);
    },
  };
}

/** The flags byte of a CONNECT, 0 for anything else. */
export function connectFlags({ bytes }: Pick<SentPacket, 'bytes'>): number {
  const header = readFixedHeader(bytes, 0, bytes.length);
  // Protocol name MQTT and level take 7 bytes.
  return header.kind === 'header' ? (bytes[header.bodyStart + 7] ?? 0) : 0;
}
