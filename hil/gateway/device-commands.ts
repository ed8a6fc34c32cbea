import { messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';
import type { Observe } from '../runtime/observation.ts';
import { z } from '../runtime/schema.ts';
import type { AcceptedMessage, BrokerEngine } from './broker/broker-engine.ts';
import type { CommandResultPayload } from './gateway-events.ts';
import { describeFailure } from './southbound/device-poller.ts';
import type { PointWriteResult } from './southbound/point-writer.ts';
import type { Southbound } from './southbound/southbound.ts';

/** Largest command that is read. */
export const COMMAND_BYTES_MAX = 1_024;
const TOPIC = /^command\/([^/]+)\/([^/]+)$/u;

const valueSchema = z.union([z.number(), z.boolean(), z.string()]);
const commandSchema = z.union([valueSchema.transform((v) => ({ v, id: undefined })), z.strictObject({ v: valueSchema, id: z.string().max(64).optional() })]);
type Command = z.infer<typeof commandSchema>;

export interface DeviceCommandDeps {
  readonly southbound: Pick<Southbound, 'write'>;
  readonly engine: Pick<BrokerEngine, 'publish'>;
  readonly observe: Observe;
  readonly log: Logger;
}

/**
 * Takes messages on `command/{device}/{point}`: writes the value, reads it back, and says on
 * `command/{device}/{point}/result` what became of it. The payload is a JSON value (`2.5`, `true`, `"on"`) or
 * `{"v": 2.5, "id": "any text"}`, whose id comes back. Each command gets exactly one result, those of one line in the order
 * of the commands; a command that cannot be carried out, for whatever reason, is refused with it.
 * @returns A listener for the messages that the broker accepted; any other topic is none of its business.
 */
export function createDeviceCommands({ southbound, engine, observe, log }: DeviceCommandDeps): (message: AcceptedMessage) => void {
  const carryOut = async (device: string, point: string, payload: Uint8Array): Promise<void> => {
    const command = commandIn(payload);
    const result = command === undefined ? refused(`the payload is no JSON value of at most ${COMMAND_BYTES_MAX} bytes`) : await write(southbound, device, point, command);
    const answer: CommandResultPayload = { ...result, ...(command?.id === undefined ? {} : { id: command.id }) };
    observe('command.finished', { device, point, ...answer });
    await engine.publish({ topic: `command/${device}/${point}/result`, payload: Buffer.from(JSON.stringify(answer)), qos: 1, retain: false });
  };
  return ({ topic, payload }) => {
    const [, device, point] = TOPIC.exec(topic) ?? [];
    if (device === undefined || point === undefined) return;
    carryOut(device, point, payload).catch((cause: unknown) => log.error('a command got no result', { device, point, cause: messageOf(cause) }));
  };
}

function commandIn(payload: Uint8Array): Command | undefined {
  if (payload.length > COMMAND_BYTES_MAX) return undefined;
  try {
    return commandSchema.safeParse(JSON.parse(Buffer.from(payload).toString('utf8'))).data;
  } catch {
    // What a client sends is data: anything that is no JSON is refused like a wrong value.
    return undefined;
  }
}

async function write(southbound: Pick<Southbound, 'write'>, device: string, point: string, { v }: Command): Promise<CommandResultPayload> {
  try {
    return resultOf(await southbound.write(device, point, v));
  } catch (cause) {
    // Too many commands wait for the line.
    return refused(messageOf(cause));
  }
}

function resultOf(result: PointWriteResult): CommandResultPayload {
  switch (result.kind) {
    case 'written':
      return { ok: true, kind: 'written', v: result.value, verified: result.verified };
    case 'differs':
      return { ok: false, kind: 'differs', v: result.value, because: 'the device confirmed the write and holds another value' };
    case 'refused':
      return refused(result.because);
    case 'exception':
    case 'timeout':
    case 'corrupt':
    case 'closed':
    default:
      return { ok: false, kind: result.kind, because: describeFailure(result) };
  }
}

function refused(because: string): CommandResultPayload {
  return { ok: false, kind: 'refused', because };
}
