import type { ByteLink, LinkClosed } from './byte-link.ts';
import type { TcpPeer } from './tcp-link.ts';
import type { ConnectionTap, LineTap, TappedConnection, WireSide, WireTap } from './wire-tap.ts';

/** The part of a tap that every carrier has; a serial line has no end that could be told. */
export type TapOfLink = LineTap & Partial<Pick<ConnectionTap, 'ended' | 'cut'>>;

/**
 * A link that tells a tap what passes: bytes that are sent when they are given to the carrier, bytes that arrive when the
 * receiver gets them.
 * @param near - Which side of the connection we are.
 */
export function tappedLink(link: ByteLink, tap: TapOfLink, near: WireSide): ByteLink {
  return new LinkUnderTap(link, tap, near);
}

/** A TCP connection that was accepted; the link itself when nobody listens. */
export function tappedPeer(link: ByteLink, peer: TcpPeer, { place, protocol }: { readonly place: string; readonly protocol: TappedConnection['protocol'] }, wire: WireTap | undefined): ByteLink {
  if (wire === undefined) return link;
  const server = { host: peer.localHost, port: peer.localPort };
  return tappedLink(link, wire.connection(place, { client: { host: peer.host, port: peer.port }, server, protocol }), 'server');
}

class LinkUnderTap implements ByteLink {
  readonly name: string;
  readonly closed: Promise<LinkClosed>;
  readonly #link: ByteLink;
  readonly #tap: TapOfLink;
  readonly #near: WireSide;
  readonly #far: WireSide;
  /** How we ended it, if we did. */
  #endedBy: 'close' | 'destroy' | undefined;

  constructor(link: ByteLink, tap: TapOfLink, near: WireSide) {
    this.name = link.name;
    this.closed = link.closed;
    this.#link = link;
    this.#tap = tap;
    this.#near = near;
    this.#far = near === 'client' ? 'server' : 'client';
    void link.closed.then((how) => this.#tellEnd(how));
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#endedBy === undefined) this.#tap.data(this.#near, bytes);
    return this.#link.send(bytes);
  }

  onBytes(receiver: (chunk: Uint8Array) => void): void {
    this.#link.onBytes((chunk) => {
      this.#tap.data(this.#far, chunk);
      receiver(chunk);
    });
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  close(): Promise<void> {
    this.#endedBy ??= 'close';
    return this.#link.close();
  }

  destroy(): void {
    this.#endedBy ??= 'destroy';
    this.#link.destroy();
  }

  #tellEnd({ error }: LinkClosed): void {
    if (this.#endedBy === 'destroy') this.#tap.cut?.(this.#near);
    else if (error !== undefined) this.#tap.cut?.(this.#far);
    else {
      const first = this.#endedBy === 'close' ? this.#near : this.#far;
      this.#tap.ended?.(first);
      this.#tap.ended?.(first === this.#near ? this.#far : this.#near);
    }
  }
}
