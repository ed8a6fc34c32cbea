import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomFromSeed } from '../../hil/runtime/random.ts';
import { replay } from '../../hil/runtime/replay-seed.contract.ts';
import { createManualClock } from '../world/manual-clock.ts';
import { createActiveFaults } from './active-faults.ts';
import { createBytePipe } from './byte-pipe.ts';
import type { LinkItem } from './link-fault.ts';

const faultSpecs = fc.oneof(
  fc.record({ kind: fc.constant('latency'), params: fc.record({ ms: fc.nat(50), jitter: fc.nat(50), distribution: fc.constantFrom('uniform', 'normal') }) }),
  fc.record({ kind: fc.constant('bandwidth'), params: fc.record({ bytesPerSec: fc.integer({ min: 1, max: 100_000 }), burst: fc.integer({ min: 1, max: 2_000 }) }) }),
  fc.record({ kind: fc.constant('slice'), params: fc.record({ bytes: fc.integer({ min: 1, max: 300 }), jitter: fc.nat(300), delay: fc.nat(5) }) }),
  fc.record({ kind: fc.constant('partition'), params: fc.record({ direction: fc.constantFrom('both', 'up') }) }),
);
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), bytes: fc.integer({ min: 1, max: 3_000 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.double({ min: 0, max: 60, noNaN: true }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const), slot: fc.nat(4), spec: faultSpecs }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('stop' as const), slot: fc.nat(4) }) },
  ),
  { maxLength: 60 },
);

test('whatever faults come and go, every byte comes out once and in order, and the end comes last', () => {
  fc.assert(
    fc.property(steps, fc.nat(), (script, seed) => {
      const clock = createManualClock({ startMs: seed / 3 });
      const faults = createActiveFaults(clock, randomFromSeed(seed));
      const counters = { held: 0, delayed: 0, throttledMs: 0, sliced: 0 };
      const out: LinkItem[] = [];
      const pipe = createBytePipe({ deliver: (item) => void out.push(item), setSourcePaused: () => {}, sinkIsFull: () => false });
      const stop = (slot: number): void => {
        faults.remove(`f${slot}`);
        pipe.removeStage(`f${slot}`);
      };
      let sent = 0;
      for (const step of script) {
        if (step.do === 'wait') clock.advance(step.ms);
        if (step.do === 'stop') stop(step.slot);
        if (step.do === 'start' && !faults.list().some(({ id }) => id === `f${step.slot}`)) {
          const fault = faults.add({ fault: `f${step.slot}`, ...step.spec }, { resetConnections: () => {} });
          pipe.addStage(fault.id, fault.rank, (emit) => fault.createStage(1, 'up', { counters, emit }));
        }
        if (step.do === 'send') {
          pipe.accept(Uint8Array.from({ length: step.bytes }, (_byte, index) => (sent + index) % 251));
          sent += step.bytes;
        }
      }
      pipe.accept('end');
      for (let slot = 0; slot <= 4; slot += 1) stop(slot);
      expect(out.at(-1)).toBe('end');
      const bytes = Buffer.concat(out.slice(0, -1).map((item) => (item === 'end' ? Uint8Array.of(255) : item)));
      expect(bytes.equals(Uint8Array.from({ length: sent }, (_byte, index) => index % 251))).toBe(true);
      expect(clock.pendingTimers).toBe(0);
    }),
    replay(),
  );
});
