import { nearestWord } from '../../runtime/nearest-word.ts';
import type { DeviceProfile } from './device-profile.ts';
import type { ProfileProblem } from './profile-problem.ts';

type Command = NonNullable<DeviceProfile['deviceCommands']>[number];

/**
 * What EdgeX refuses in `deviceCommands`: a command twice, and an operation on a resource that is not there or that the
 * command may not read or write. Fieldproof itself does not run commands; it keeps them for EdgeX.
 */
export function commandProblems({ deviceCommands = [], deviceResources }: DeviceProfile): ProfileProblem[] {
  const access = new Map(deviceResources.map(({ name, properties }) => [name, properties.readWrite]));
  const seen = new Set<string>();
  return deviceCommands.flatMap((command, index) => {
    const path = ['deviceCommands', index];
    const message = `${command.name}: a command of that name stands above`;
    const duplicate = seen.has(command.name) ? [{ path: [...path, 'name'], message }] : [];
    seen.add(command.name);
    return [...duplicate, ...operationProblems(command, access, path)];
  });
}

function operationProblems({ name, readWrite, resourceOperations }: Command, access: ReadonlyMap<string, string>, path: readonly (string | number)[]): ProfileProblem[] {
  return resourceOperations.flatMap(({ deviceResource }, index) => {
    const message = operationProblem(deviceResource, readWrite, access);
    return message === undefined ? [] : [{ path: [...path, 'resourceOperations', index, 'deviceResource'], message: `${name}: ${message}` }];
  });
}

function operationProblem(resource: string, readWrite: string, access: ReadonlyMap<string, string>): string | undefined {
  const allowed = access.get(resource);
  if (allowed === undefined) {
    const nearest = nearestWord(resource, [...access.keys()]);
    return `no device resource "${resource}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
  }
  return allowed === 'RW' || allowed === readWrite ? undefined : `the command is ${readWrite}, but ${resource} is ${allowed}`;
}
