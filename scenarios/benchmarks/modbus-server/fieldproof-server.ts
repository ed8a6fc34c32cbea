import { z } from '../../../hil/runtime/schema.ts';
import { requireBuild } from '../built-command-line.ts';
import { startPeerProcess } from '../end-to-end/peer-process.ts';
import { ownVersion } from '../own-version.ts';
import { writeRegisterProfile } from './register-profile.ts';
import { serverContender } from './server-contender.ts';

const REGISTERS = 125;
const readySchema = z.object({ devices: z.tuple([z.object({ endpoint: z.object({ port: z.number() }) })]) });

/** The virtual PLC as `fieldproof sim plc` runs it: every register a point of a profile with a process behind it. */
export const fieldproofServer = serverContender('fieldproof', 'ours', async ({ clock, cliEntry }) => {
  requireBuild(cliEntry);
  const profile = writeRegisterProfile(REGISTERS);
  const args = [cliEntry, 'sim', 'plc', '--profile', profile.path, '--connections', '100', '--log-level', 'warn'];
  const server = startPeerProcess(process.execPath, args, clock);
  const stop = (): Promise<void> => server.stop().finally(() => profile.remove());
  try {
    const { devices } = readySchema.parse(JSON.parse(await server.firstLine));
    return { pid: server.pid, port: devices[0].endpoint.port, version: ownVersion(), stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
});
