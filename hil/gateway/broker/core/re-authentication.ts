import type { AuthPacket } from '../../../protocols/mqtt/packet.ts';
import type { Client, ClientAuthentication } from './client.ts';
import type { AuthenticationStep } from './enhanced-authentication.ts';
import { whenDone, type Eventual } from './eventual.ts';
import { REASON } from './reason-code.ts';

/** Takes an AUTH after CONNACK: re-authentication under the method of CONNECT. @see MQTT 5.0, section 4.12.1 */
export function handleAuth(client: Client, { reasonCode, properties }: AuthPacket): Eventual<void> {
  const { authentication } = client;
  if (authentication === undefined || properties.authenticationMethod !== authentication.authenticator.method) {
    return refuse(client, REASON.protocolError, 'AUTH of another method than that of CONNECT');
  }
  if (reasonCode === REASON.reAuthenticate) authentication.exchange = authentication.authenticator.begin(client.identity);
  const { exchange } = authentication;
  if (exchange === undefined) return refuse(client, REASON.protocolError, 'AUTH without a re-authentication under way');
  return whenDone(exchange.step(properties.authenticationData), (step) => takeStep(client, authentication, step));
}

function takeStep(client: Client, authentication: ClientAuthentication, step: AuthenticationStep): void {
  if (step.kind === 'refused') {
    // MQTT-4.12.1-2
    refuse(client, step.reasonCode ?? REASON.notAuthorized, step.reasonString);
    return;
  }
  if (step.kind === 'success') authentication.exchange = undefined;
  client.wire.send({
    type: 'auth',
    reasonCode: step.kind === 'success' ? REASON.success : REASON.continueAuthentication,
    properties: { authenticationMethod: authentication.authenticator.method, ...(step.data === undefined ? {} : { authenticationData: step.data }) },
  });
}

function refuse({ wire }: Client, reasonCode: number, because: string | undefined): undefined {
  wire.end({ reason: reasonCode === REASON.protocolError ? 'protocol-error' : 'not-authorized', reasonCode, because, keepsWill: true });
  return undefined;
}
