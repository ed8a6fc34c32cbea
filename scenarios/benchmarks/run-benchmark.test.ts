import { expect, test } from 'vitest';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { benchResultSchema } from './bench-result.ts';
import type { Benchmark, Contender, Sample } from './benchmark.ts';
import { formatBenchResult } from './format-bench-result.ts';
import { missing } from './load-peer.ts';
import { runBenchmark } from './run-benchmark.ts';
import { runBenchmarks } from './run-benchmarks.ts';
import { percentile } from './statistics.ts';

const DEPS = { clock: realClock, cliEntry: 'fieldproof.js' };

test('contenders take turns, warm-up runs are thrown away, ratios are made within a run', async () => {
  const turns: string[] = [];
  const ours = contender('fieldproof', 'ours', [1, 10, 40, 30], turns);
  const peer = contender('other', 'peer', [1, 20, 10, 25], turns);
  const result = await runBenchmark(benchmark([ours, peer]), DEPS, () => {});
  const opened = ['open fieldproof', 'open other'];
  const measured = ['other', 'fieldproof', 'fieldproof', 'other', 'other', 'fieldproof', 'fieldproof', 'other'];
  expect(turns).toEqual([...opened, ...measured, 'close fieldproof', 'close other']);
  const [metric] = result.metrics;
  expect(metric?.values).toMatchObject([
    { contender: 'fieldproof', median: 30, minimum: 10, maximum: 40, samples: [10, 40, 30] },
    { contender: 'other', median: 20 },
  ]);
  // 10/20, 40/10 and 30/25; the ratio of the medians would be 1.5.
  expect(metric?.ratios).toMatchObject([{ peer: 'other', median: 1.2, minimum: 0.5, maximum: 4 }]);
  expect(benchResultSchema.parse(structuredClone(result))).toEqual(result);
});

test('a missing peer is told with the command that installs it, and the others are measured', async () => {
  const absent: Contender = { name: 'absent', role: 'peer', open: () => Promise.reject(missing('absent', 'npm install absent')) };
  const lines: string[] = [];
  const contenders = [contender('fieldproof', 'ours', [1, 2, 3, 4], []), absent];
  const result = await runBenchmark(benchmark(contenders), DEPS, (line) => lines.push(line));
  expect(result.contenders).toEqual([
    { name: 'fieldproof', role: 'ours', version: '1.0' },
    { name: 'absent', role: 'peer', version: null, missing: 'absent is not installed; run: npm install absent' },
  ]);
  expect(result.metrics[0]).toMatchObject({ values: [{ contender: 'fieldproof', median: 3 }], ratios: [] });
  expect(lines[0]).toContain('npm install absent');
  const text = formatBenchResult(result);
  expect(text).toContain('missing     absent is not installed; run: npm install absent');
  expect(text).not.toContain('ratio to absent');
});

test('a contender that fails ends the benchmark, and what was opened is closed', async () => {
  const turns: string[] = [];
  const failing: Contender = { name: 'failing', role: 'peer', open: () => Promise.reject(new FieldproofError('FP_INTERNAL', 'broken')) };
  const contenders = [contender('fieldproof', 'ours', [], turns), failing];
  await expect(runBenchmark(benchmark(contenders), DEPS, () => {})).rejects.toThrowError('broken');
  expect(turns).toEqual(['open fieldproof', 'close fieldproof']);
});

test('the table has a row for each metric and says on which machine', async () => {
  const contenders = [contender('fieldproof', 'ours', [1, 12_345, 12_345, 12_345], []), contender('other', 'peer', [1, 2, 2, 2], [])];
  const lines = formatBenchResult(await runBenchmark(benchmark(contenders), DEPS, () => {})).split('\n');
  expect(lines[0]).toBe('test: a purpose');
  expect(lines[1]).toMatch(/^machine {5}.+, \d+ cores, .+ GiB, .+, node v/u);
  expect(lines).toContain('contenders  fieldproof 1.0, other 1.0');
  expect(lines).toContain('speed   per second  higher      12,300      2  6172.50 (6172.50 to 6172.50)');
});

test('an unknown name is refused before anything runs, with the nearest one', async () => {
  const lines: string[] = [];
  const running = runBenchmarks(['modbus-codek'], { clock: realClock, report: (line) => lines.push(line) });
  await expect(running).rejects.toThrowError('did you mean "modbus-codec"?');
  await expect(running).rejects.toMatchObject({ code: 'FP_USAGE' });
  expect(lines).toEqual([]);
});

test('percentiles are nearest-rank', () => {
  const samples = Array.from({ length: 200 }, (_none, index) => 200 - index);
  expect([0.5, 0.99, 1].map((rank) => percentile(samples, rank))).toEqual([100, 198, 200]);
  expect(percentile([7], 0.5)).toBe(7);
});

function benchmark(contenders: readonly Contender[]): Benchmark {
  const metrics: Benchmark['metrics'] = [{ key: 'speed', label: 'speed', unit: 'per second', better: 'higher' }];
  return { name: 'test', purpose: 'a purpose', metrics, contenders, warmUpRuns: 1, runs: 3 };
}

function contender(name: string, role: 'ours' | 'peer', speeds: number[], turns: string[]): Contender {
  return {
    name,
    role,
    open: () => {
      turns.push(`open ${name}`);
      return Promise.resolve({
        version: '1.0',
        measure: (): Promise<Sample> => {
          turns.push(name);
          return Promise.resolve({ speed: speeds.shift() ?? 0 });
        },
        close: () => {
          turns.push(`close ${name}`);
          return Promise.resolve();
        },
      });
    },
  };
}
