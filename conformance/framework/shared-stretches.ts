import { CaseStop } from './case-stop.ts';
import type { CaseWire } from './case-wire.ts';
import type { EvidenceStep } from './evidence.ts';
import { replayWire } from './replay-wire.ts';

/** Steps of the stretches that cases of one run have in common, by name (`CaseWire.shared`). */
export type SharedStretches = Map<string, readonly EvidenceStep[]>;

export interface SharedRecorder {
  /** Records a step, and keeps it for others while a shared stretch is under way. */
  readonly record: (step: EvidenceStep) => void;
  readonly run: <Result>(name: string, script: (wire: CaseWire) => Promise<Result>, wire: CaseWire) => Promise<Result>;
}

/** Does shared stretches once, and gives everybody else the steps of that one time. */
export function sharedRecorder({ record, shared }: { readonly record: (step: EvidenceStep) => void; readonly shared?: SharedStretches }): SharedRecorder {
  let kept: EvidenceStep[] | undefined;
  return {
    record: (step) => {
      kept?.push(step);
      record(step);
    },
    run: async (name, script, wire) => {
      const known = shared?.get(name);
      if (known !== undefined) {
        for (const step of known) record(step);
        return script(replayWire(known));
      }
      const steps: EvidenceStep[] = [];
      kept = steps;
      try {
        const result = await script(wire);
        shared?.set(name, steps);
        return result;
      } catch (cause) {
        // What stopped the first one stops the others in the same way; a broken tester is no evidence for anybody.
        if (cause instanceof CaseStop) shared?.set(name, steps);
        throw cause;
      } finally {
        kept = undefined;
      }
    },
  };
}
