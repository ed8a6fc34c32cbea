import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { gatewayConfigSchema } from '../gateway/config/gateway-config.ts';
import { checkYaml } from './checked-yaml.ts';
import { replay } from './replay-seed.contract.ts';
import { z } from './schema.ts';

const GOOD = 'id: edge\nsouthbound:\n  lines:\n    - { id: a, transport: modbus-tcp, devices: [{ id: d, unit: 1, profile: p }] }\n';
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'id', ': ', '\n', '- ', '  ', '{', '}', '[', ']', '&x ', '*x', '!t ', '"', '#', '---\n', '? ', '|', '<<') }),
  // A sound file with some characters taken out or put in: the mistakes that people make.
  fc.tuple(fc.nat(GOOD.length), fc.nat(4), fc.string({ maxLength: 3 })).map(([at, cut, put]) => GOOD.slice(0, at) + put + GOOD.slice(at + cut)),
);

test('any text is either valid or has a problem with a line and a message', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const checked = checkYaml(text, 'f', gatewayConfigSchema);
      if (checked.kind === 'valid') return;
      expect(checked.problems.length).toBeGreaterThan(0);
      for (const { place, message } of checked.problems) {
        expect(place.line).toBeGreaterThanOrEqual(1);
        expect(message).not.toBe('');
      }
    }),
    replay(),
  );
});

test('what is JSON is read as JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // The schema library leaves this key out of records, so that it cannot reach a prototype.
      fc.pre(!JSON.stringify(value).includes('"__proto__"'));
      const checked = checkYaml(JSON.stringify(value), 'f', z.json());
      expect(checked).toMatchObject({ kind: 'valid' });
      if (checked.kind === 'valid') expect(JSON.stringify(checked.value)).toBe(JSON.stringify(value));
    }),
    replay(),
  );
});
