import type { Point } from '../../hil/gateway/southbound/point.ts';
import { rtuTiming } from '../../hil/protocols/modbus/rtu-timing.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError, messageOf } from '../../hil/runtime/errors.ts';
import type { Logger } from '../../hil/runtime/log.ts';
import type { ByteLink, LinkAddress, OpenLink, SerialLine } from '../../hil/transport/byte-link.ts';
import { tappedLink, tappedPeer } from '../../hil/transport/tapped-link.ts';
import { listenTcp, type TcpPeer } from '../../hil/transport/tcp-link.ts';
import type { WireTap } from '../../hil/transport/wire-tap.ts';
import { openPluggablePty, type PluggablePty } from '../line/pluggable-pty.ts';
import type { ActiveModbusFaults, LineFaults } from './active-modbus-faults.ts';
import { createFrameBridge, type FrameBridge } from './frame-bridge.ts';
import { createFrameRelay } from './frame-relay.ts';
import { keepLink, type KeptLink } from './kept-link.ts';
import type { FaultedLine, Framing, PullablePlug } from './modbus-fault.ts';

/** Where clients come in: a listener, a real port, or a pseudo-terminal made for them. */
export type ClientSide = { readonly kind: 'tcp'; readonly host: string; readonly port: number } | { readonly kind: 'serial'; readonly path: string } | { readonly kind: 'pty' };

export interface ModbusLinkOptions {
  /** Names the link in events. */
  readonly id: string;
  readonly client: ClientSide;
  /** Where the device is. */
  readonly device: LinkAddress;
  /** Of every serial side. */
  readonly serial: SerialLine;
  readonly framing: Exclude<Framing, 'tcp'>;
  /** Where the sides differ in framing: how long the device may take, milliseconds. */
  readonly timeoutMs: number;
  /** The points of the devices, for faults that name points. */
  readonly points: readonly Point[] | undefined;
}

export interface ModbusLinkDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly openLink: OpenLink;
  readonly faults: ActiveModbusFaults;
  readonly told: FaultedLine['told'];
  /** A capture of the clients' side where it is TCP or a pseudo-terminal; other sides are what `openLink` opens. */
  readonly wire?: WireTap | undefined;
}

/** A stage with Modbus faults between a client and a device, neither of which is ours. */
export interface ModbusLink {
  /** Where clients find it. */
  readonly client: { readonly host: string; readonly port: number } | { readonly path: string };
  close(): Promise<void>;
}

/** Connections at once; one more is closed. */
const CLIENTS_MAX = 64;
const CARRIER_GAP_MS = 20;

/**
 * Opens both sides. Where they differ in framing the link works as a Modbus gateway, one question at a time; faults act on
 * the client's side.
 * @throws FieldproofError FP_LINK_OPEN, FP_PORT_IN_USE, FP_BIND_FAILED, FP_SERIAL_UNSUPPORTED. Nothing stays open then.
 */
export async function startModbusLink(options: ModbusLinkOptions, deps: ModbusLinkDeps): Promise<ModbusLink> {
  const { client, device } = options;
  if (client.kind === 'tcp' && device.kind === 'tcp') {
    const faults = lineOf(options, deps);
    return listen(client, (link, peer) => relayTcp(tappedClient(link, peer, options, deps), device, faults, deps));
  }
  return client.kind === 'tcp' ? bridgedListener(client, options, deps) : serialClient(client, options, deps);
}

/** One relay for each connection, with a connection of its own to the device; the faults of all are the same. */
async function relayTcp(client: ByteLink, device: LinkAddress, faults: LineFaults, { clock, openLink, log }: ModbusLinkDeps): Promise<void> {
  try {
    const upstream = await openLink(device);
    const relay = createFrameRelay(faults, { toClient: sender(client), toDevice: sender(upstream) }, { clock });
    client.onBytes((chunk) => relay.fromClient(chunk));
    upstream.onBytes((chunk) => relay.fromDevice(chunk));
    void client.closed.then(() => upstream.destroy());
    await upstream.closed;
    relay.stop();
    client.destroy();
  } catch (cause) {
    log.warn('the device cannot be reached', { reason: messageOf(cause) });
    client.destroy();
  }
}

/** Clients on TCP, the device on a serial line: they take turns. */
async function bridgedListener(client: Extract<ClientSide, { kind: 'tcp' }>, options: ModbusLinkOptions, deps: ModbusLinkDeps): Promise<ModbusLink> {
  const faults = lineOf(options, deps);
  const side = await bridgeToDevice(options, deps);
  try {
    const link = await listen(client, async (untapped, peer) => {
      const accepted = tappedClient(untapped, peer, options, deps);
      const ask = side.bridge.addClient('tcp', (bytes) => relay.fromDevice(bytes));
      const relay = createFrameRelay(faults, { toClient: sender(accepted), toDevice: ask }, deps);
      accepted.onBytes((chunk) => relay.fromClient(chunk));
      void accepted.closed.then(() => relay.stop());
    });
    return { client: link.client, close: () => closeAll([link, side]) };
  } catch (cause) {
    await side.close();
    throw cause;
  }
}

/** One client on a serial line or a pseudo-terminal. */
async function serialClient(client: Exclude<ClientSide, { kind: 'tcp' }>, options: ModbusLinkOptions, deps: ModbusLinkDeps): Promise<ModbusLink> {
  const pty = client.kind === 'pty' ? await openPluggablePty(options.id, deps) : undefined;
  // The sides refer to each other through the relay: what comes before the other is open goes nowhere.
  const ends: { toClient?: (bytes: Uint8Array) => void; toDevice?: (bytes: Uint8Array) => void } = {};
  const relay = createFrameRelay(lineOf(options, deps, pty), { toClient: (bytes) => ends.toClient?.(bytes), toDevice: (bytes) => ends.toDevice?.(bytes) }, deps);
  const opened: Closable[] = [{ close: async () => relay.stop() }];
  try {
    const device = await openDevice(options, (bytes) => relay.fromDevice(bytes), deps);
    opened.push(device);
    ends.toDevice = device.send;
    const side = pty === undefined ? await openPort(client, options, (bytes) => relay.fromClient(bytes), deps) : overPty(pty, (bytes) => relay.fromClient(bytes), options, deps);
    opened.push(side);
    ends.toClient = side.send;
    return { client: { path: side.path }, close: () => closeAll(opened) };
  } catch (cause) {
    await closeAll(opened);
    await pty?.dispose();
    throw cause;
  }
}

interface OpenSide extends Closable {
  readonly send: (bytes: Uint8Array) => void;
}

/** The device's side for a client on a serial line: another serial line as it is, or TCP through a bridge. */
async function openDevice(options: ModbusLinkOptions, deliver: (bytes: Uint8Array) => void, deps: ModbusLinkDeps): Promise<OpenSide> {
  if (options.device.kind === 'serial') {
    const link = await keepLink(options.device, deliver, deps);
    return { send: (bytes) => link.send(bytes), close: () => link.close() };
  }
  const { bridge, close } = await bridgeToDevice(options, deps);
  return { send: bridge.addClient(options.framing, deliver), close };
}

async function openPort(client: Exclude<ClientSide, { kind: 'tcp' }>, { serial }: ModbusLinkOptions, deliver: (bytes: Uint8Array) => void, deps: ModbusLinkDeps): Promise<OpenSide & { readonly path: string }> {
  const path = client.kind === 'serial' ? client.path : '';
  const link = await keepLink({ kind: 'serial', path, line: serial }, deliver, deps);
  return { path, send: (bytes) => link.send(bytes), close: () => link.close() };
}

function overPty(pty: PluggablePty, deliver: (bytes: Uint8Array) => void, { id, framing }: ModbusLinkOptions, { wire }: ModbusLinkDeps): OpenSide & { readonly path: string } {
  const link = wire === undefined ? pty.link : tappedLink(pty.link, wire.line(`${id} client side`, { framing }), 'server');
  link.onBytes(deliver);
  return { path: pty.path, send: sender(link), close: () => pty.dispose() };
}

interface DeviceBridge {
  readonly bridge: FrameBridge;
  readonly close: () => Promise<void>;
}

async function bridgeToDevice({ device, framing, serial, timeoutMs }: ModbusLinkOptions, deps: ModbusLinkDeps): Promise<DeviceBridge> {
  const opened: { link?: KeptLink } = {};
  const silenceMs = Math.max(CARRIER_GAP_MS, rtuTiming(serial.baudRate).silenceMs);
  const bridge = createFrameBridge({ framing: device.kind === 'tcp' ? 'tcp' : framing, timeoutMs, silenceMs, send: (bytes) => opened.link?.send(bytes) }, deps);
  const link = await keepLink(device, (chunk) => bridge.fromDevice(chunk), deps);
  opened.link = link;
  return {
    bridge,
    close: async () => {
      bridge.stop();
      await link.close();
    },
  };
}

function lineOf({ id, client, serial, framing, points }: ModbusLinkOptions, { faults, told }: ModbusLinkDeps, plug?: PullablePlug): LineFaults {
  const isTcp = client.kind === 'tcp';
  return faults.addLine({ name: id, framing: isTcp ? 'tcp' : framing, serial: isTcp ? undefined : serial, points, told, plug });
}

async function listen({ host, port }: { readonly host: string; readonly port: number }, accept: (link: ByteLink, peer: TcpPeer) => Promise<void>): Promise<ModbusLink> {
  const links = new Set<ByteLink>();
  const listener = await listenTcp({ host, port }, (link, peer) => {
    if (links.size >= CLIENTS_MAX) {
      link.destroy();
      return;
    }
    links.add(link);
    void link.closed.then(() => links.delete(link));
    void accept(link, peer);
  });
  return {
    client: { host, port: listener.port },
    close: async () => {
      await listener.close();
      for (const link of links) link.destroy();
      await Promise.all([...links].map((link) => link.closed));
    },
  };
}

function tappedClient(link: ByteLink, peer: TcpPeer, { id }: ModbusLinkOptions, { wire }: ModbusLinkDeps): ByteLink {
  return tappedPeer(link, peer, { place: `${id} client side`, protocol: 'modbus-tcp' }, wire);
}

function sender(link: ByteLink): (bytes: Uint8Array) => void {
  return (bytes) => {
    // A side that closes meanwhile has nobody left to miss the bytes.
    link.send(bytes).catch(() => undefined);
  };
}

interface Closable {
  close(): Promise<void>;
}

async function closeAll(opened: readonly Closable[]): Promise<void> {
  for (const part of opened.toReversed()) await part.close();
}

/** `tcp:127.0.0.1:1502`, `serial:/dev/ttyUSB0` or `pty`. @throws FieldproofError FP_USAGE. */
export function parseClientSide(text: string): ClientSide {
  if (text === 'pty') return { kind: 'pty' };
  const [, kind, rest = ''] = /^(tcp|serial):(.+)$/u.exec(text) ?? [];
  if (kind === 'serial') return { kind, path: rest };
  const [, host, port] = /^(.+):(\d{1,5})$/u.exec(rest) ?? [];
  if (kind !== 'tcp' || host === undefined || Number(port) > 65_535) {
    throw new FieldproofError('FP_USAGE', `"${text}": expected tcp:host:port, serial:/dev/path or, for clients, pty`);
  }
  return { kind, host, port: Number(port) };
}
