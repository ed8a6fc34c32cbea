import type { Logger } from '../../runtime/log.ts';
import type { MqttSession } from '../../transport/mqtt-session.ts';
import type { BrokerMessage } from '../broker/broker-engine.ts';

/** Opens a session at the far broker, which keeps itself connected. @param clean - The Clean Session flag. */
export type OpenFarSession = (clean: boolean) => MqttSession;

export interface FarLinkEvents {
  onUp(): void;
  onDown(reason: string): void;
}

/** The uplink's session at the far broker. */
export interface FarLink {
  readonly isUp: boolean;
  start(): void;
  /** Resolves when the far broker has acknowledged the message, however many reconnects that takes. */
  publish(message: BrokerMessage): Promise<void>;
  /** Gives the session up with everything in flight in it, and begins a new one. */
  restart(): void;
  /** Ends the session in good order, or cuts it when it is not connected. */
  close(): Promise<void>;
}

/**
 * Begins with a clean session that ends at once, then keeps a persistent one. The first wipes what the far broker may
 * still hold from an earlier life of this gateway: a packet identifier of a QoS 2 message that was never released would
 * make it take the first new message with that identifier for a duplicate, and lose it (MQTT 3.1.1 section 4.3.3).
 */
export function createFarLink(openSession: OpenFarSession, events: FarLinkEvents, log: Logger): FarLink {
  let session: MqttSession | undefined;
  let isUp = false;
  /** Counts the sessions, so that what an abandoned one still reports is ignored. */
  let life = 0;

  const goDown = (reason: string): void => {
    if (!isUp) return;
    isUp = false;
    events.onDown(reason);
  };
  const openLasting = (): void => {
    const mine = life;
    const lasting = openSession(false);
    session = lasting;
    lasting.onConnected(() => {
      if (mine !== life) return;
      isUp = true;
      events.onUp();
    });
    lasting.onClosed((reason) => {
      if (mine === life) goDown(reason);
    });
  };
  const begin = (): void => {
    life += 1;
    const mine = life;
    const wiping = openSession(true);
    session = wiping;
    let isWiped = false;
    const goOn = async (): Promise<void> => {
      await wiping.end();
      if (mine === life) openLasting();
    };
    wiping.onConnected(() => {
      if (isWiped || mine !== life) return;
      isWiped = true;
      void goOn();
    });
    wiping.onClosed((reason) => {
      if (!isWiped && mine === life) log.warn('the far broker is not reached', { reason });
    });
  };
  return {
    get isUp() {
      return isUp && session?.connected === true;
    },
    start: begin,
    publish: async ({ topic, payload, qos, retain }) => {
      await session?.publish(topic, payload, { qos, retain });
    },
    restart() {
      session?.abort();
      goDown('the session was given up');
      begin();
    },
    async close() {
      life += 1;
      const wasUp = isUp && session?.connected === true;
      isUp = false;
      if (wasUp) await session?.end();
      else session?.abort();
      session = undefined;
    },
  };
}
