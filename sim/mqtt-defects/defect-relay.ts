import type { Clock, Timer } from '../../hil/runtime/clock.ts';
import { decodePacket } from '../../hil/protocols/mqtt/decode.ts';
import type { PacketSender } from '../../hil/protocols/mqtt/decode-result.ts';
import { createPacketCutter } from '../../hil/protocols/mqtt/packet-cutter.ts';
import type { ProtocolVersion } from '../../hil/protocols/mqtt/packet.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import type { DefectAction, DefectiveConnection, DefectTools, SeenPacket } from './mqtt-defect.ts';

/** Later actions that one connection may have pending; a defect that plans more has run away. */
const TIMERS_MAX = 1_000;

/**
 * Stands between a client and a server on one connection and lets the defect decide about every packet. Bytes that cannot
 * be cut into packets pass as they come.
 */
export function relayWithDefect(client: ByteLink, server: ByteLink, make: (tools: DefectTools) => DefectiveConnection, clock: Clock, connectionIndex: number): void {
  const links = { client, server } as const;
  const timers = new Set<Timer>();
  const ended = new Set<PacketSender>();
  let version: ProtocolVersion | undefined;

  const act = (actions: readonly DefectAction[]): void => actions.forEach(actOne);
  const actOne = (action: DefectAction): void => {
    switch (action.do) {
      case 'toServer':
        return send(server, action.bytes);
      case 'toClient':
        return send(client, action.bytes);
      case 'closeClient':
        return void client.close();
      case 'closeServer':
        return void server.close();
      case 'later':
        return later(action.ms, action.actions);
      case 'decide':
        return act(action.choose());
    }
  };
  const later = (ms: number, actions: readonly DefectAction[]): void => {
    if (timers.size >= TIMERS_MAX) return;
    const timer = clock.setTimer(ms, () => {
      timers.delete(timer);
      act(actions);
    });
    timers.add(timer);
  };
  const defect = make({ act, connectionIndex });

  const seenPacket = (from: PacketSender, bytes: Uint8Array): SeenPacket => {
    const decoded = decodePacket(bytes, version, { from });
    const packet = decoded.kind === 'packet' ? decoded.packet : undefined;
    if (from === 'client' && version === undefined && packet?.type === 'connect') version = packet.protocolLevel === 5 ? 5 : 4;
    return { from, bytes, decoded, packet, version: version ?? 4 };
  };
  const pump = (from: PacketSender): void => {
    const cutter = createPacketCutter();
    const [here, there] = from === 'client' ? [links.client, links.server] : [links.server, links.client];
    here.onBytes((chunk) => {
      for (const bytes of cutter.push(chunk)) {
        const actions = defect.onPacket?.(seenPacket(from, bytes)) ?? 'pass';
        if (actions === 'pass') send(there, bytes);
        else act(actions);
      }
    });
    void endOf(here, () => {
      ended.add(from);
      const rest = cutter.takeRest();
      if (rest.length > 0) send(there, rest);
      const actions = defect.onEnd?.(from) ?? 'pass';
      if (actions === 'pass') void there.close();
      else if (actions !== 'hold') act(actions);
      if (ended.size === 2 || from === 'client') for (const timer of timers) timer.cancel();
      // A client that left for good needs no server side; the server must learn how it left.
      if (from === 'client' && actions === 'hold') void there.close();
    });
  };
  pump('client');
  pump('server');
}

async function endOf(link: ByteLink, then: () => void): Promise<void> {
  await link.closed;
  then();
}

/** A link that is closed takes nothing; its end is told elsewhere. */
function send(link: ByteLink, bytes: Uint8Array): void {
  link.send(bytes).catch(() => undefined);
}
