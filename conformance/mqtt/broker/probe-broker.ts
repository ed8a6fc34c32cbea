import { encodeLoose } from '../../../hil/protocols/mqtt/encode-loose.ts';
import { NO_PROPERTIES } from '../../../hil/protocols/mqtt/properties.ts';
import type { ByteLink } from '../../../hil/transport/byte-link.ts';
import type { Pixit } from '../../framework/pixit.ts';
import type { Liveness } from '../../framework/suite.ts';

/**
 * A sign of life from a broker: any answer to a CONNECT, be it a refusal or the end of the connection.
 * @returns `dead` when it takes no connection, `hung` when it takes one and stays silent for `answerTimeoutMs`.
 */
export async function probeBroker(dial: () => Promise<ByteLink>, { credentials }: Pixit, silence: Promise<void>): Promise<Liveness> {
  const link = await dial().catch(() => undefined);
  if (link === undefined) return 'dead';
  const answered = new Promise<Liveness>((resolve) => link.onBytes(() => resolve('alive')));
  const ended = link.closed.then((): Liveness => 'alive');
  await link.send(probeConnect(credentials)).catch(() => undefined);
  const liveness = await Promise.race([answered, ended, silence.then((): Liveness => 'hung')]);
  link.destroy();
  return liveness;
}

function probeConnect(credentials: Pixit['credentials']): Uint8Array {
  return encodeLoose(
    {
      type: 'connect',
      protocolName: 'MQTT',
      protocolLevel: 4,
      cleanStart: true,
      keepAliveS: 0,
      clientId: 'fieldproofprobe',
      userName: credentials?.userName,
      password: credentials === undefined ? undefined : new TextEncoder().encode(credentials.password),
      properties: NO_PROPERTIES,
    },
    4,
  );
}
