import type { PlcPointFacts } from '../sim/plc/plc-events.ts';

/**
 * What the scenario engine observes (source `runner`). Checkers find phases, faults and topology here, so that a stored
 * journal can be judged again without the scenario file.
 */
export interface RunEvents {
  'run.started': { scenario: string; seed: number; tier: 'T0' | 'T1' | 'T2'; topology: RunTopology };
  'phase.started': { phase: string };
  'phase.ended': { phase: string };
  /** The fault is in force from this instant. `fault` is unique in the run: `<kind>@<on>#<n>`. */
  'fault.started': { fault: string; kind: string; on: string; plannedAtMs: number; counters: Record<string, number> };
  /** `counters` of the link or PLC group at the end: what has grown since the start is what the fault did (or let through). */
  'fault.ended': { fault: string; counters: Record<string, number> };
  /** The link carried bytes again, or the PLC group `link` answered, after its faults were undone (or not: `ok` false, `detail` says how). */
  'link.verified': { link: string; ok: boolean; detail: string };
  /** A phase that waits did not get what it waits for in time. */
  'phase.timeout': { phase: string; until: string; timeoutMs: number };
  /** Senders were told to stop here. What began before is judged; what is still under way afterwards is awaited. */
  'run.quiesced': { reason: string };
  /** A device of the lab belongs to this run; `line` is its gateway's name for the line it is on, `token` its lease. */
  'rig.device': { dut: string; device: string; unit: number; gateway: string; line: string; profile: string; token: number; points: PlcPointFacts[] };
  /** A child of the testbed ended when it should not have. */
  'child.died': { child: string; detail: string };
  'run.interrupted': { signal: string };
  'run.ended': Record<string, never>;
}

export interface RunTopology {
  /** Gateways in file order; `uplinkTo` is the gateway that a gateway's uplink leads to. */
  gateways: { id: string; uplinkTo: string | null }[];
  plcs: { group: string; gateway: string; transport: string; devices: string[] }[];
  devices: { group: string; gateway: string; count: number }[];
  links: { id: string; between: [string, string] }[];
  /** Devices of the lab that gateways poll; left out when there are none. */
  real?: { dut: string; gateway: string }[];
}
