import { join } from 'node:path';

/**
 * Where leases are kept when nobody says otherwise: `$XDG_STATE_HOME/fieldproof/leases`, else below `~/.local/state`
 * (XDG Base Directory Specification 0.8). Users who share a bench share a folder by `--leases`.
 */
export function defaultLeaseFolder(environment: Readonly<Record<string, string | undefined>>, homeFolder: string): string {
  const state = environment['XDG_STATE_HOME'];
  // The specification asks to ignore a relative path.
  const base = state?.startsWith('/') === true ? state : join(homeFolder, '.local', 'state');
  return join(base, 'fieldproof', 'leases');
}
