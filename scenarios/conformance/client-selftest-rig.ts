import { completePics } from '../../conformance/framework/pics.ts';
import { pixitSchema } from '../../conformance/framework/pixit.ts';
import type { SelftestRig, SelftestSut, SelftestVariant } from '../../conformance/framework/selftest.ts';
import type { Suite } from '../../conformance/framework/suite.ts';
import { narrowToCarrier, type Carrier } from '../../conformance/modbus/bench/carrier.ts';
import type { ModbusRequest } from '../../hil/protocols/modbus/request.ts';
import type { Clock } from '../../hil/runtime/clock.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { JsonValue } from '../../hil/runtime/observation.ts';
import type { ByteLink } from '../../hil/transport/byte-link.ts';
import { memoryLinkPair } from '../../hil/transport/memory-link.ts';
import { defectiveClientLink } from '../../sim/plc/defects/client/defective-client-link.ts';
import { CLIENT_DEFECTS } from '../../sim/plc/defects/client/client-defects.ts';
import { REFERENCE_POLLS, referenceJobs } from '../../sim/plc/reference-client-jobs.ts';
import { startReferenceClient, type ReferenceClient, type ReferenceClientOptions } from '../../sim/plc/reference-client.ts';
import { openArrivals, type OpenArrivals } from './open-arrivals.ts';

const UNIT = 1;
const TURNAROUND_MS = 100;
const BAUD_RATE = 9_600;
/** The recommended minimum on serial lines; in ASCII more than the longest gap inside a frame, so that gaps are judged. */
const TIMEOUTS_MS: Readonly<Record<Carrier, number>> = { tcp: 200, rtu: 1_000, ascii: 2_500 };

const WRITES: Readonly<Record<string, { readonly unit: number; readonly request: ModbusRequest }>> = {
  writeCoil: { unit: UNIT, request: { kind: 'request', functionCode: 5, address: 100, value: true } },
  writeRegister: { unit: UNIT, request: { kind: 'request', functionCode: 6, address: 100, value: 4_711 } },
  writeCoils: { unit: UNIT, request: { kind: 'request', functionCode: 15, address: 100, values: [true, false, true] } },
  writeRegisters: { unit: UNIT, request: { kind: 'request', functionCode: 16, address: 100, values: [1, 2, 3] } },
  writeBroadcast: { unit: 0, request: { kind: 'request', functionCode: 6, address: 200, value: 1 } },
};

/** The variant on TCP with one request outstanding. */
const ONE_AT_A_TIME = 'tcp-one-at-a-time';
const CARRIERS = ['tcp', 'rtu', 'ascii'] as const;

/** What the reference client declares, on one carrier after the other. */
export function clientSelftestVariants({ pics }: Pick<Suite, 'pics'>): readonly SelftestVariant[] {
  const variants = CARRIERS.map((carrier) => variantOn(carrier, pics));
  const [tcp] = variants;
  return tcp === undefined ? variants : [...variants, { ...tcp, name: ONE_AT_A_TIME, pics: new Map([...tcp.pics, ['PIPELINE', false] as const]) }];
}

function variantOn(carrier: Carrier, pics: Suite['pics']): SelftestVariant {
  const everything = Object.fromEntries(pics.map(({ name }) => [name, name !== 'SERIAL_CODES_ON_TCP']));
  const writes = Object.fromEntries(Object.keys(WRITES).map((name) => [name, 'the reference client']));
  const values = {
    ...REFERENCE_POLLS,
    ...writes,
    observe: 'the reference client',
    observedCoil: '0',
    observedDiscreteInput: '0',
    observedHoldingRegister: '0',
    observedInputRegister: '0',
    observeWithinMs: 8 * TIMEOUTS_MS[carrier],
    responseTimeoutMs: TIMEOUTS_MS[carrier],
    retries: 1,
    outstandingMax: 4,
    turnaroundMs: TURNAROUND_MS,
    baudRate: BAUD_RATE,
    frameGapMs: 20,
    connectWaitMs: 3_000,
    watchMs: carrier === 'tcp' ? 1_000 : 2_000,
    patienceMs: carrier === 'tcp' ? 5_000 : 20_000,
  };
  return { name: carrier, pics: narrowToCarrier(completePics(pics, everything), carrier), pixit: pixitSchema.parse({ answerTimeoutMs: 2_000, quietMs: 100, values }) };
}

/** The reference client, and the same with a defect between it and the tester. */
export function clientSelftestRig(clock: Clock): SelftestRig {
  return {
    defects: CLIENT_DEFECTS.map(({ id }) => id),
    start: async (id, variant) => {
      const carrier = CARRIERS.find((name) => name === variant) ?? 'tcp';
      const defect = CLIENT_DEFECTS.find((candidate) => candidate.id === id);
      const links = openArrivals(clock);
      let ending: 'closed' | 'cut' | undefined;
      const openLink = async (): Promise<ByteLink> => {
        if (ending !== undefined && defect?.staysAway === ending) return new Promise(() => undefined);
        const { a, b } = memoryLinkPair(carrier);
        void b.closed.then(({ error }) => (ending = error === undefined ? 'closed' : 'cut'));
        links.add(a);
        return defect === undefined ? b : defectiveClientLink(b, carrier, defect, clock);
      };
      return sutOf(startReferenceClient({ ...optionsOf(carrier), ...(variant === ONE_AT_A_TIME ? { outstandingMax: 1 } : {}), ...(defect?.hasNoPause === true ? { reconnectMs: 0 } : {}) }, openLink, clock), links);
    },
  };
}

function optionsOf(carrier: Carrier): ReferenceClientOptions {
  return {
    carrier,
    jobs: referenceJobs(carrier),
    periodMs: 100,
    timeoutMs: TIMEOUTS_MS[carrier],
    retries: 1,
    outstandingMax: carrier === 'tcp' ? 4 : 1,
    baudRate: BAUD_RATE,
    turnaroundMs: TURNAROUND_MS,
    reconnectMs: 50,
  };
}

function sutOf(client: ReferenceClient, links: OpenArrivals): SelftestSut {
  const outcomes = new Map<string, JsonValue>();
  return {
    dial: () => Promise.reject(new FieldproofError('FP_LINK_OPEN', 'the client under test listens nowhere')),
    accept: (waitMs) => links.next(waitMs),
    act: async (action, params) => {
      const name = nameIn(params);
      if (action === 'start') return 'by itself';
      if (action === 'observe') return [...client.takeShown(name)];
      if (action === 'outcome') return outcomes.get(name) ?? null;
      const write = WRITES[name];
      if (action !== 'begin' || write === undefined) throw new FieldproofError('FP_USAGE', `the self-test cannot ${action} ${name}`);
      outcomes.delete(name);
      void client.write(write.unit, write.request).then((confirmed) => outcomes.set(name, confirmed ? 'done' : 'failed'));
      return null;
    },
    stop: () => client.stop(),
  };
}

/** What an action is about. */
function nameIn(params: { readonly [key: string]: JsonValue }): string {
  const name = params['what'] ?? params['table'];
  return typeof name === 'string' ? name : '';
}
