import { readFixedHeader } from '../../../hil/protocols/mqtt/fixed-header.ts';
import { connectionEnd, packetOf, type Heard, type Reaction } from './heard.ts';
import type { Peer } from './peer.ts';

/** CONNACK packets begin with it. */
const CONNACK_BYTE = 0x20;

/** The code of a CONNACK in the layout of either version, however the rest of it looks; undefined for anything else. */
export function connackCode(heard: Heard): number | undefined {
  if (heard.kind !== 'packet' && heard.kind !== 'malformed') return undefined;
  const { bytes } = heard;
  const header = readFixedHeader(bytes, 0, bytes.length);
  return bytes[0] === CONNACK_BYTE && header.kind === 'header' ? bytes[header.bodyStart + 1] : undefined;
}

/**
 * A CONNACK that refuses, in the layout of either version: a SUT that could not read the CONNECT cannot know which one
 * the tester reads.
 * @param codes - The codes that are allowed; any but 0 by default.
 */
export function refusal(codes?: readonly number[]): Reaction {
  const listed = codes?.map((code) => `0x${code.toString(16).padStart(2, '0')}`).join(' or ');
  return {
    says: `CONNACK with ${listed ?? 'a code that refuses'}`,
    accepts: (heard) => {
      const code = connackCode(heard);
      return code !== undefined && code !== 0 && (codes === undefined || codes.includes(code));
    },
  };
}

/**
 * The SUT must end the connection, and may say before what it does not like: by a CONNACK of the codes allowed. The
 * DISCONNECT that 5.0 forbids before CONNACK (MQTT-3.14.0-1) is another case's business.
 * @param after - What is refused: `a CONNECT with the reserved flag`.
 */
export async function expectRefused(peer: Peer, after: string, codes?: readonly number[]): Promise<void> {
  const heard = await peer.expect(after, connectionEnd, refusal(codes), packetOf('disconnect'));
  if (heard.kind !== 'closed') await peer.expect(`the refusal of ${after}`, connectionEnd);
}

/** As `expectRefused`, but the CONNACK has to come. @returns what was heard of it. */
export async function expectRefusedAloud(peer: Peer, after: string, codes?: readonly number[]): Promise<Heard> {
  const heard = await peer.expect(after, refusal(codes));
  await peer.expect(`the CONNACK that refuses ${after}`, connectionEnd);
  return heard;
}
