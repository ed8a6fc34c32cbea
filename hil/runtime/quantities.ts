import { z } from './schema.ts';

const MILLISECONDS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1_000, KiB: 1_024, MB: 1_000_000, MiB: 1_048_576, GB: 1_000_000_000, GiB: 1_073_741_824 };
const DURATION = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/u;
const SIZE = /^(\d+(?:\.\d+)?)(B|kB|KiB|MB|MiB|GB|GiB)$/u;
const RATE = /^(\d+(?:\.\d+)?)\/(s|m|h)$/u;

/** A duration as people write it (`250ms`, `5s`, `1.5m`), in milliseconds. */
export const durationMs = z
  .string({ error: 'expected a duration such as 250ms, 5s or 2m' })
  .regex(DURATION, 'expected a duration such as 250ms, 5s or 2m')
  .meta({ description: 'A duration with its unit: us, ms, s, m, h or d.', examples: ['250ms', '5s'] })
  .transform((text) => scaled(text, DURATION, MILLISECONDS));

/** A size as people write it (`150MB`, `64KiB`), in bytes. */
export const sizeBytes = z
  .string({ error: 'expected a size such as 64KiB or 150MB' })
  .regex(SIZE, 'expected a size such as 64KiB or 150MB')
  .meta({ description: 'A size with its unit: B, kB, KiB, MB, MiB, GB or GiB.', examples: ['64KiB', '150MB'] })
  .transform((text) => scaled(text, SIZE, BYTES));

/** A rate as people write it (`100/s`, `6/m`), in events per second. */
export const ratePerSecond = z
  .string({ error: 'expected a rate such as 100/s' })
  .regex(RATE, 'expected a rate such as 100/s or 6/m')
  .meta({ description: 'Events in a time: /s, /m or /h.', examples: ['100/s'] })
  .transform((text) => {
    const [, amount = '0', unit = 's'] = RATE.exec(text) ?? [];
    return (Number(amount) * 1_000) / (MILLISECONDS[unit] ?? 1_000);
  });

function scaled(text: string, pattern: RegExp, units: Readonly<Record<string, number>>): number {
  const [, amount = '0', unit = ''] = pattern.exec(text) ?? [];
  return Number(amount) * (units[unit] ?? 1);
}
