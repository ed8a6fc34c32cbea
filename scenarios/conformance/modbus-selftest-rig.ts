import { narrowToCarrier, type Carrier } from '../../conformance/modbus/bench/carrier.ts';
import { completePics } from '../../conformance/framework/pics.ts';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import type { SelftestRig, SelftestSut, SelftestVariant } from '../../conformance/framework/selftest.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { FunctionCode } from '../../hil/protocols/modbus/function-code.ts';
import { silentLogger } from '../../hil/runtime/log.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import { connectTcp } from '../../hil/transport/tcp-link.ts';
import { serveAscii } from '../../sim/plc/ascii-server.ts';
import { defectiveLink } from '../../sim/plc/defects/defective-link.ts';
import type { ModbusDefect } from '../../sim/plc/defects/modbus-defect.ts';
import { MODBUS_DEFECTS } from '../../sim/plc/defects/modbus-defects.ts';
import type { ModbusServer } from '../../sim/plc/modbus-server.ts';
import { REFERENCE_VALUES, referenceDevice } from '../../sim/plc/reference-device.ts';
import { serveRtu } from '../../sim/plc/rtu-server.ts';
import { serveTcp } from '../../sim/plc/tcp-server.ts';

const UNIT = REFERENCE_VALUES.unitId;
/** So fast that a frame takes no time worth mentioning; silences stay 1.75 ms. */
const BAUD_RATE = 10_000_000;
/** The virtual line is quick, and a longer gap costs the self-test its time. */
const ASCII_GAP_MS = 150;
const CONNECT_TIMEOUT_MS = 5_000;

/** A device for one part of the self-test: with every function on each carrier, and one without any, for the refusals. */
interface ModbusVariant {
  readonly name: string;
  readonly carrier: Carrier;
  readonly functionCodes?: readonly FunctionCode[];
}

const TCP: ModbusVariant = { name: 'TCP', carrier: 'tcp' };
const VARIANTS: readonly ModbusVariant[] = [
  TCP,
  { name: 'RTU', carrier: 'rtu' },
  { name: 'ASCII', carrier: 'ascii' },
  { name: 'TCP without functions', carrier: 'tcp', functionCodes: [] },
];

/** What no good server has. */
const ABSENT_ITEMS = ['CANOPEN', 'USER_DEFINED_CODES', 'LEGACY_CODES', 'UNIT_ID_JUDGED'];

/** The devices of the self-test with what each declares. */
export function modbusSelftestVariants({ pics }: Pick<Suite, 'pics'>): SelftestVariant[] {
  const values = { ...REFERENCE_VALUES, frameGapMs: 20, recoveryMs: 30, asciiGapMs: ASCII_GAP_MS };
  const pixit = pixitSchema.parse({ answerTimeoutMs: 1_500, quietMs: 100, values });
  return VARIANTS.map(({ name, carrier, functionCodes }) => {
    const isOffered = (item: string): boolean => !ABSENT_ITEMS.includes(item) && (functionCodes === undefined || !/^FC\d\d$/u.test(item));
    const answers = Object.fromEntries(pics.map((item) => [item.name, isOffered(item.name)]));
    return { name, pics: narrowToCarrier(completePics(pics, answers), carrier), pixit };
  });
}

/** The device of a variant, and the same with a defect. */
export function modbusSelftestRig(clock: Clock): SelftestRig {
  return {
    defects: MODBUS_DEFECTS.map(({ id }) => id),
    start: async (id, variantName) => {
      const { carrier, functionCodes } = VARIANTS.find(({ name }) => name === variantName) ?? TCP;
      const defect = MODBUS_DEFECTS.find((candidate) => candidate.id === id);
      const good = referenceDevice(clock, functionCodes);
      const server = defect?.server?.(good) ?? good;
      return carrier === 'tcp' ? overTcp(server, defect, clock) : overLine(carrier, server, defect, clock);
    },
  };
}

async function overTcp(server: ModbusServer, defect: ModbusDefect | undefined, clock: Clock): Promise<SelftestSut> {
  const make = defect?.links?.('tcp');
  const wrapLink = (link: ByteLink): ByteLink => (make === undefined ? link : defectiveLink(link, 'tcp', make(link)));
  const tcp = await serveTcp(server, { host: '127.0.0.1', port: 0, unit: UNIT, connectionsMax: REFERENCE_VALUES.connectionsMax, wrapLink });
  const dial = (): Promise<ByteLink> => connectTcp({ host: tcp.host, port: tcp.port }, { clock, timeoutMs: CONNECT_TIMEOUT_MS });
  return { ...NOTHING_ELSE, dial, stop: () => tcp.stop() };
}

/** A line of its own for each connection; the device behind all of them is the same. */
function overLine(carrier: Exclude<Carrier, 'tcp'>, server: ModbusServer, defect: ModbusDefect | undefined, clock: Clock): SelftestSut {
  const make = defect?.links?.(carrier);
  const stops: (() => void)[] = [];
  const units = new Map([[UNIT, server]]);
  const dial = async (): Promise<ByteLink> => {
    const { a, b } = memoryLinkPair(carrier);
    const link = make === undefined ? b : defectiveLink(b, carrier, make(b));
    const deps = { clock, log: silentLogger };
    const line =
      carrier === 'rtu' ? serveRtu(link, { baudRate: BAUD_RATE, units, framing: 'silence', carrier: 'paced' }, deps) : serveAscii(link, { baudRate: BAUD_RATE, units, gapMsMax: ASCII_GAP_MS, carrier: 'paced' }, deps);
    stops.push(() => line.stop());
    return a;
  };
  return {
    ...NOTHING_ELSE,
    dial,
    stop: async () => {
      for (const stop of stops) stop();
    },
  };
}

const NOTHING_ELSE: Pick<SelftestSut, 'accept' | 'act'> = {
  accept: async () => undefined,
  act: async (action) => {
    throw new FieldproofError('FP_USAGE', `the self-test cannot ${action} its server`);
  },
};
