import type { DeviceStarter, DeviceStartParams, Done } from './device-starter.ts';

/** What became of a request: `nobody` when there is no one to ask any more. */
export type OperatorAnswer = 'done' | 'skipped' | 'nobody';

/** Asks the person at the bench to do something. */
export type AskOperator = (request: string) => Promise<OperatorAnswer>;

const REASONS: Readonly<Record<Exclude<OperatorAnswer, 'done'>, string>> = {
  skipped: 'the operator skipped it',
  nobody: 'there is no operator to do it: the input has ended, or the run was interrupted',
};

/** How the ways to start a device beside the usual one are told to a person. */
const SET_UPS: Readonly<Record<string, string>> = {
  usual: '',
  cleanSession: ' with clean session 1',
  noWill: ' without a will',
  anonymous: ' without user name and password',
  emptyClientId: ' with an empty client id',
  authentication: ' with its authentication method',
  tls: '',
  websocket: '',
};

/** A device that a person starts and ends. */
export function operatorStarter(ask: AskOperator): DeviceStarter {
  const asked = async (request: string): Promise<Done> => {
    const answer = await ask(request);
    return answer === 'done' ? { done: true } : { done: false, because: REASONS[answer] };
  };
  return {
    restart: async (params, fresh) => {
      fresh();
      return asked(`Restart the device${SET_UPS[params.variant] ?? ` in the set-up "${params.variant}"`}. ${brokerText(params)}`);
    },
    stop: () => asked('Shut the device down in good order.'),
    end: async () => undefined,
  };
}

function brokerText({ host, port, listener, caFile }: DeviceStartParams): string {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (listener === 'tcp') return `Its broker is mqtt://${place}`;
  if (listener === 'websocket') return `Its broker is ws://${place}/mqtt`;
  return `Its broker is mqtts://${place}, and it trusts the authority in ${caFile}`;
}
