import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import type { Random } from '../../hil/runtime/random.ts';
import type { z } from '../../hil/runtime/schema.ts';
import type { RunTopology } from '../../conformance/run-events.ts';
import { gatewayFacts, linkFacts, plcFacts } from './child-facts.ts';
import { fleetPublishers } from './fleet-plan.ts';
import { gatewaySettings, type StartedPlcs } from './gateway-settings.ts';
import { resolveBeside, type LoadedScenario } from './load-scenario.ts';
import { gatewayProfile, plcSourceFlags } from './plc-source.ts';
import type { RigSession } from './rig-session.ts';
import type { ScenarioPlcs } from './scenario-schema.ts';
import { startChild, type ChildDeps, type ChildRole, type TestbedChild } from './testbed-child.ts';
import { startOrder } from './topology-plan.ts';

/** The processes of one run. */
export interface Testbed {
  readonly children: readonly TestbedChild[];
  /** What faults act on, by name: links and PLC groups. */
  readonly faultPlaces: ReadonlyMap<string, TestbedChild>;
  readonly fleet: TestbedChild;
  /** Addresses of each child, for the record and for people who want to look in. */
  readonly endpoints: ReadonlyMap<string, string[]>;
}

export interface TestbedPlan {
  readonly loaded: LoadedScenario;
  readonly topology: RunTopology;
  readonly random: Random;
  /** The run folder; logs and configurations go below it. */
  readonly folder: string;
  /** The lines of real devices that a gateway polls. */
  readonly realLines: RigSession['linesFor'];
  /** What a process is told to capture, by its id. */
  readonly captureArgs: (id: string) => readonly string[];
}

/** Is told of each child as it comes up. */
export interface StartWatcher {
  /** At once when it is ready, so that it can be ended if a later one fails. */
  started(child: TestbedChild): void;
  /** When its addresses are known, for people. */
  up(child: TestbedChild, endpoints: readonly string[]): void;
}

/** The journal's source name of the process that holds every simulated MQTT client. */
export const FLEET_ID = 'fleet';
const OBSERVE_TIMEOUT_MS = 15_000;

/**
 * Starts PLCs, gateways, links and the fleet, each in a process of its own, each after what it needs.
 * @throws FieldproofError FP_CHILD_START, FP_CHILD_IDENTITY.
 */
export async function startTestbed(plan: TestbedPlan, deps: ChildDeps, watcher: StartWatcher): Promise<Testbed> {
  const starter = new TestbedStarter(plan, deps, watcher);
  const [plcs, fleet] = await Promise.all([starter.startPlcs(), starter.startFleet()]);
  for (const id of startOrder(plan.topology)) {
    const { gateway, url } = await starter.startGateway(id, plcs);
    // The observer stands before this gateway polls and before the next one sends: it sees every stream from its start.
    await fleet.command('observe', { observers: [{ id, url }] }, OBSERVE_TIMEOUT_MS);
    await gateway.command('poll', {});
  }
  await starter.populate(fleet);
  return starter.testbed(fleet);
}

class TestbedStarter {
  readonly #plan: TestbedPlan;
  readonly #deps: ChildDeps;
  readonly #watcher: StartWatcher;
  readonly #children: TestbedChild[] = [];
  readonly #faultPlaces = new Map<string, TestbedChild>();
  readonly #endpoints = new Map<string, string[]>();
  readonly #mqttPorts = new Map<string, number>();

  constructor(plan: TestbedPlan, deps: ChildDeps, watcher: StartWatcher) {
    this.#plan = plan;
    this.#deps = deps;
    this.#watcher = watcher;
  }

  testbed(fleet: TestbedChild): Testbed {
    return { children: this.#children, faultPlaces: this.#faultPlaces, fleet, endpoints: this.#endpoints };
  }

  async startPlcs(): Promise<StartedPlcs[]> {
    return Promise.all(this.#plan.loaded.scenario.topology.plcs.map((plcs) => this.#startGroup(plcs)));
  }

  async #startGroup(plcs: ScenarioPlcs): Promise<StartedPlcs> {
    const { random, loaded, folder } = this.#plan;
    const line =
      plcs.transport === 'modbus-tcp'
        ? ['--port', '0', '--count', String(plcs.count ?? 1)]
        : ['--baud', String(plcs.baud), '--parity', plcs.parity, '--units', (plcs.units ?? []).join(',')];
    const seed = ['--seed-hex', random.child('plc', seedIndex(plcs.group)).seedHex];
    const child = await this.#start(plcs.group, 'plc', ['sim', 'plc', '--group', plcs.group, ...plcSourceFlags(plcs, loaded.folder), '--transport', plcs.transport, ...line, ...seed]);
    this.#faultPlaces.set(plcs.group, child);
    const { devices } = factsOf(child, plcFacts);
    const addresses = devices.map(({ endpoint }) => (endpoint.transport === 'modbus-tcp' ? `${endpoint.host}:${endpoint.port}` : endpoint.path));
    this.#up(child, [...new Set(addresses)]);
    return { plcs, devices, profile: gatewayProfile(plcs, loaded.folder, join(folder, 'config')) };
  }

  /** @returns the gateway, which does not poll yet, and its MQTT address. */
  async startGateway(id: string, plcs: readonly StartedPlcs[]): Promise<{ readonly gateway: TestbedChild; readonly url: string }> {
    const { topology, loaded, folder } = this.#plan;
    const link = topology.links.find(({ between }) => between[0] === id);
    const uplinkUrl = link === undefined ? undefined : `mqtt://127.0.0.1:${await this.#startLink(link.id, link.between[1])}`;
    const entry = loaded.scenario.topology.gateways.find((gateway) => gateway.id === id);
    const file = resolveBeside(loaded.folder, entry?.config ?? '');
    const settings = gatewaySettings(id, file, plcs.filter((group) => group.plcs.gateway === id), uplinkUrl, this.#plan.realLines(id));
    const configFile = join(folder, 'config', `${id}.yaml`);
    // JSON is YAML: the gateway reads it as it reads a plant's own file.
    writeFileSync(configFile, `${JSON.stringify(settings, undefined, 2)}\n`);
    const child = await this.#start(id, 'gateway', ['gateway', '--config', configFile, '--hold-polling']);
    const { ports } = factsOf(child, gatewayFacts);
    this.#mqttPorts.set(id, ports.mqtt);
    this.#up(child, [this.#mqttUrl(id), `http://127.0.0.1:${ports.http}`]);
    return { gateway: child, url: this.#mqttUrl(id) };
  }

  async #startLink(id: string, upstreamGateway: string): Promise<number> {
    const upstream = `127.0.0.1:${this.#mqttPorts.get(upstreamGateway) ?? 0}`;
    const seedHex = this.#plan.random.child('link', seedIndex(id)).seedHex;
    const child = await this.#start(id, 'link', ['sim', 'link', '--id', id, '--listen', '127.0.0.1:0', '--upstream', upstream, '--seed-hex', seedHex]);
    const { ports } = factsOf(child, linkFacts);
    this.#faultPlaces.set(id, child);
    this.#up(child, [`127.0.0.1:${ports.link} -> ${upstream}`]);
    return ports.link;
  }

  async startFleet(): Promise<TestbedChild> {
    const { random, folder } = this.#plan;
    // Observers and devices follow by command, when the gateways they belong to are up.
    const optionsFile = join(folder, 'config', 'fleet.yaml');
    writeFileSync(optionsFile, '{}\n');
    const child = await this.#start(FLEET_ID, 'fleet', ['sim', 'fleet', '--options', optionsFile, '--seed-hex', random.child('fleet').seedHex]);
    this.#up(child, []);
    return child;
  }

  async populate(fleet: TestbedChild): Promise<void> {
    await fleet.command('populate', { publishers: fleetPublishers(this.#plan.loaded.scenario, (gateway) => this.#mqttUrl(gateway)) });
  }

  #mqttUrl(gateway: string): string {
    return `mqtt://127.0.0.1:${this.#mqttPorts.get(gateway) ?? 0}`;
  }

  #up(child: TestbedChild, endpoints: string[]): void {
    this.#endpoints.set(child.id, endpoints);
    this.#watcher.up(child, endpoints);
  }

  async #start(id: string, role: ChildRole, args: readonly string[]): Promise<TestbedChild> {
    const child = await startChild({ id, role, args: [...args, ...this.#plan.captureArgs(id)], logFile: join(this.#plan.folder, 'logs', `${id}.log`) }, this.#deps);
    this.#children.push(child);
    this.#watcher.started(child);
    return child;
  }
}

/** A number that depends on the name alone: adding a group does not change the randomness of another. */
function seedIndex(name: string): number {
  return name.split('').reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
}

function factsOf<Schema extends z.ZodType>(child: TestbedChild, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(child.facts);
  if (!parsed.success) throw new FieldproofError('FP_INTERNAL', `${child.id}: its ready line lacks a field: ${parsed.error.message}`);
  return parsed.data;
}
