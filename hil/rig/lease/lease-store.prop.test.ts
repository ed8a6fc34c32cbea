import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../../runtime/replay-seed.contract.ts';
import { createLeaseStore, type LeaseStore } from './lease-store.ts';

type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'acquire' | 'renew' | 'release'; readonly who: number };

const TTL_MS = 1_000;
const who = fc.integer({ min: 0, max: 2 });
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 1_500 }) }),
    fc.record({ kind: fc.constantFrom('acquire' as const, 'renew' as const, 'release' as const), who }),
  ),
  { maxLength: 60 },
);

interface Model {
  owner: number | undefined;
  expiresMs: number;
  token: number;
}

test('at most one holder is live, tokens only grow, a stale holder is refused', () => {
  fc.assert(
    fc.property(steps, (list: Step[]) => {
      const folder = mkdtempSync(join(tmpdir(), 'fieldproof-lease-'));
      let wallMs = 1_000_000;
      const stores = [0, 1, 2].map((index) => createLeaseStore({ folder, writer: `w${index}` }, { wallMs: () => wallMs }));
      const tokens: (number | undefined)[] = [undefined, undefined, undefined];
      const model: Model = { owner: undefined, expiresMs: 0, token: 0 };
      for (const step of list) {
        if (step.kind === 'pass') wallMs += step.ms;
        else take(step.kind, step.who, stores[step.who], tokens, model, wallMs);
        const live = model.owner !== undefined && wallMs < model.expiresMs;
        expect(stores[0]?.holderOf('line')?.token).toBe(live ? model.token : undefined);
      }
      rmSync(folder, { recursive: true });
    }),
    replay(),
  );
});

function take(kind: 'acquire' | 'renew' | 'release', owner: number, store: LeaseStore | undefined, tokens: (number | undefined)[], model: Model, wallMs: number): void {
  if (store === undefined) return;
  const isLive = model.owner !== undefined && wallMs < model.expiresMs;
  if (kind === 'acquire') {
    const result = store.tryAcquire('line', `holder ${owner}`, TTL_MS);
    expect(result.kind).toBe(isLive ? 'held' : 'acquired');
    if (result.kind === 'held') {
      expect(result.by).toMatchObject({ holder: `holder ${model.owner}`, token: model.token });
      return;
    }
    expect(result.lease.token).toBe(model.token + 1);
    tokens[owner] = result.lease.token;
    Object.assign(model, { owner, expiresMs: wallMs + TTL_MS, token: result.lease.token });
    return;
  }
  const token = tokens[owner] ?? 0;
  const act = (): unknown => (kind === 'renew' ? store.renew('line', token) : store.release('line', token));
  if (!isLive || model.owner !== owner || token !== model.token) {
    expect(act).toThrowError(/lease \d+ of line is lost/u);
    return;
  }
  act();
  if (kind === 'renew') model.expiresMs = wallMs + TTL_MS;
  else model.owner = undefined;
}
