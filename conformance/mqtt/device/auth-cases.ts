import { failCase, inconclusiveCase } from '../../framework/case-stop.ts';
import { announcedType, observed } from './observation.ts';
import type { DeviceBench } from './device-bench.ts';
import type { DeviceConnection } from './device-connection.ts';
import type { DevicePurpose } from './device-purpose.ts';

const VARIANT = { variant: 'authentication' } as const;
const ITEM = ['ENHANCED_AUTHENTICATION'] as const;

async function opened(bench: DeviceBench): Promise<{ readonly connection: DeviceConnection; readonly method: string }> {
  await bench.start(VARIANT);
  const connection = await bench.open();
  const method = connection.connect.properties.authenticationMethod ?? inconclusiveCase('the device names no authentication method');
  return { connection, method };
}

/** Connected, and told to re-authenticate. */
async function reauthenticating(bench: DeviceBench): Promise<{ readonly connection: DeviceConnection; readonly method: string; readonly reasonCode: number; readonly named: string | undefined }> {
  const { connection, method } = await opened(bench);
  await bench.connack(connection);
  await connection.until(() => connection.subscriptions.size > 0, bench.publishWaitMs);
  await bench.trigger(connection, 'triggerReauthenticate');
  const { reasonCode, properties } = await connection.needPacket('the trigger', 'auth', '', () => true, bench.publishWaitMs);
  return { connection, method, reasonCode, named: properties.authenticationMethod };
}

export const AUTH_PURPOSES: readonly DevicePurpose[] = [
  {
    area: 'AUTH',
    number: 2,
    statements: { '5.0': ['MQTT-3.1.2-30'] },
    purpose: 'Before CONNACK a device with an authentication method sends nothing but AUTH and DISCONNECT',
    requires: ITEM,
    caughtBy: 'pings-before-connack',
    run: async (bench) => {
      const { connection } = await opened(bench);
      const early = await connection.serve(bench.context.pixit.quietMs);
      const wrong = early.find((heard) => (heard.kind === 'packet' || heard.kind === 'malformed') && !['auth', 'disconnect'].includes(announcedType(heard) ?? ''));
      if (wrong?.kind === 'packet') failCase(`${wrong.packet.type.toUpperCase()} came before CONNACK`);
    },
  },
  ...(['MQTT-4.12.0-3', 'MQTT-4.12.0-5'] as const).map((statement, index): DevicePurpose => ({
    area: 'AUTH',
    number: 3 + index,
    statements: { '5.0': [statement] },
    purpose: index === 0 ? 'AUTH with reason code 0x18 is answered by AUTH with 0x18' : 'AUTH names the authentication method of CONNECT',
    requires: ITEM,
    caughtBy: index === 0 ? 'answers-auth-with-0' : 'changes-auth-method',
    run: async (bench) => {
      const { connection, method } = await opened(bench);
      await connection.send({ type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: method } });
      if (index === 0) await connection.expectPacket('AUTH with 0x18', 'auth', 'with 0x18', ({ reasonCode }) => reasonCode === 0x18);
      else await connection.expectPacket('AUTH with 0x18', 'auth', `of the method ${method}`, ({ properties }) => properties.authenticationMethod === method);
    },
  })),
  {
    area: 'AUTH',
    number: 5,
    statements: { '5.0': ['MQTT-4.12.0-7'] },
    purpose: 'A device that named no authentication method sends no AUTH',
    caughtBy: 'authenticates-unasked',
    run: async (bench) => {
      const { sent, connection } = await observed(bench);
      if (connection === undefined) inconclusiveCase('the device sent no CONNECT that can be read');
      if (connection.connect.properties.authenticationMethod !== undefined) inconclusiveCase('the device names an authentication method');
      if (sent.some((one) => announcedType(one) === 'auth')) failCase('the device sent AUTH');
      if (sent.length < 2) inconclusiveCase('the device sent nothing after CONNECT');
    },
  },
  {
    area: 'AUTH',
    number: 6,
    statements: { '5.0': ['MQTT-4.12.1-1', 'MQTT-4.12.0-5'] },
    purpose: 'Re-authentication begins with AUTH 0x19 and the method of CONNECT',
    requires: ['REAUTHENTICATES'],
    caughtBy: 'changes-auth-method',
    run: async (bench) => {
      const { method, reasonCode, named } = await reauthenticating(bench);
      if (reasonCode !== 0x19 || named !== method) failCase(`AUTH came with reason code 0x${reasonCode.toString(16)} and the method ${named ?? '(none)'}, not 0x19 and ${method}`);
    },
  },
  {
    area: 'AUTH',
    number: 7,
    statements: { '5.0': ['MQTT-4.12.1-2'] },
    purpose: 'Re-authentication that fails, because the broker goes on with another method, ends the connection',
    requires: ['REAUTHENTICATES'],
    caughtBy: 'takes-any-auth-method',
    run: async (bench) => {
      const { connection } = await reauthenticating(bench);
      await connection.send({ type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'fieldproof-other' } });
      await connection.expectEnd('AUTH of another method');
    },
  },
];
