import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatewayConfigSchema } from '../gateway/config/gateway-config.ts';
import { checkYaml, readCheckedYaml, type YamlProblem } from './checked-yaml.ts';
import { formatError } from './errors.ts';
import { YAML_BYTES_MAX } from './limits.ts';
import { z } from './schema.ts';

/** What a gateway configuration is told, as `line:column key: message`. */
function complaints(text: string): string[] {
  const checked = checkYaml(text, 'edge.yaml', gatewayConfigSchema);
  return checked.kind === 'valid' ? [] : checked.problems.map(shown);
}

function shown({ place, message }: YamlProblem): string {
  return `${place.line}:${place.column} ${place.key ?? ''}: ${message}`;
}

const RTU_LINE = `id: edge
southbound:
  lines:
    - id: line-a
      transport: modbus-rtu
      path: /dev/ttyUSB0
      devices:
        - { id: pump-1, unit: 1, profile: pump-station }
        - { id: pump-2, unit: 2, profile: pump-station }
`;

describe('a sound file', () => {
  test('gives its value with defaults, and the place of each key', () => {
    const checked = checkYaml(RTU_LINE, 'edge.yaml', gatewayConfigSchema);
    if (checked.kind !== 'valid') throw new Error(checked.problems.map(shown).join('\n'));
    expect(checked.value.southbound.lines[0]).toMatchObject({ transport: 'modbus-rtu', baudRate: 19_200, timeout: 1_000 });
    expect(checked.placeOf(['southbound', 'lines', 0, 'devices', 1, 'unit'])).toEqual({ file: 'edge.yaml', line: 9, column: 25, key: 'southbound.lines.0.devices.1.unit' });
    expect(checked.placeOf(['southbound', 'lines', 0])).toMatchObject({ line: 4, column: 7 });
  });

  test('a key that the file leaves out is placed at what would hold it', () => {
    const checked = checkYaml('id: edge\nmqtt:\n  port: 1883\n', 'edge.yaml', gatewayConfigSchema);
    expect(checked.kind === 'valid' ? checked.placeOf(['mqtt', 'host']) : undefined).toEqual({ file: 'edge.yaml', line: 2, column: 1, key: 'mqtt.host' });
    expect(checked.kind === 'valid' ? checked.placeOf([]) : undefined).toEqual({ file: 'edge.yaml', line: 1, column: 1 });
  });
});

describe('a wrong key or value is told with line, column, key and what would be right', () => {
  test.each([
    ['unknown key', 'id: edge\nmqqt: {}\n', ['2:1 mqqt: unknown key "mqqt"; did you mean "mqtt"? (valid here: id, mqtt, http, broker, southbound, telemetry, uplink, log)']],
    ['nothing near', 'id: edge\nzzzzzz: {}\n', ['2:1 zzzzzz: unknown key "zzzzzz" (valid here: id, mqtt, http, broker, southbound, telemetry, uplink, log)']],
    ['two unknown keys', 'id: edge\nmqtt:\n  hots: a\n  prot: 1\n', [
      '3:3 mqtt.hots: unknown key "hots"; did you mean "host"? (valid here: host, port, websocket)',
      '4:3 mqtt.prot: unknown key "prot"; did you mean "port"? (valid here: host, port, websocket)',
    ]],
    ['missing key', 'log: { level: info }\n', ['1:1 id: missing key "id": expected text']],
    ['wrong type', 'id: edge\nmqtt: { port: abc }\n', ['2:9 mqtt.port: expected a number, found "abc"']],
    ['a map where text belongs', 'id: { a: 1 }\n', ['1:1 id: expected text, found a map of keys and values']],
    ['a key without a value', 'id: edge\nmqtt:\n  port:\n', ['3:3 mqtt.port: expected a number, found nothing']],
    ['out of range', 'id: edge\nmqtt: { port: 70000 }\n', ['2:9 mqtt.port: expected at most 65535, found 70000']],
    ['not whole', 'id: edge\nmqtt: { port: 1.5 }\n', ['2:9 mqtt.port: expected a whole number, found 1.5']],
    ['a word of a list', 'id: edge\nlog: { level: wran }\n', ['2:8 log.level: expected one of trace, debug, info, warn, error, silent; did you mean "warn"?']],
    ['a number of a list', 'id: edge\ntelemetry: { qos: 3 }\n', ['2:14 telemetry.qos: expected one of 0, 1, 2, found 3']],
    ['a list of numbers and words', 'id: edge\nuplink: { url: "mqtt://a:1", forward: [{ filter: a, qos: as_received }] }\n', [
      '2:53 uplink.forward.0.qos: expected one of 0, 1, 2, as-received; did you mean "as-received"?',
    ]],
    ['a duration without unit', 'id: edge\nuplink: { url: "mqtt://a:1", keepalive: 15 }\n', ['2:30 uplink.keepalive: expected a duration such as 250ms, 5s or 2m, found 15']],
    ['a pattern', 'id: Edge!\n', ['1:1 id: expected lower-case letters, digits and hyphens, at most 64, found "Edge!"']],
    ['a pattern without words', 'id: edge\nuplink: { url: "http://a:1" }\n', ['2:11 uplink.url: expected mqtt://host:port, found "http://a:1"']],
    ['a list', '- id: edge\n', ['1:1 : expected a map of keys and values, found a list of 1']],
    ['a word', 'hello\n', ['1:1 : expected a map of keys and values, found "hello"']],
    ['nothing', '', ['1:1 : the file is empty']],
    ['only a comment', '# id: edge\n', ['1:1 : the file is empty']],
    ['a number as key', 'id: edge\n7: x\n', ['2:1 7: unknown key "7" (valid here: id, mqtt, http, broker, southbound, telemetry, uplink, log)']],
    ['a key of the language', 'id: edge\n__proto__: { x: 1 }\n', [expect.stringContaining('2:1 __proto__: unknown key "__proto__"')]],
  ])('%s', (_what, text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});

describe('unions are judged by the branch that was meant', () => {
  test.each([
    ['a key of the other transport is unknown', RTU_LINE.replace('path:', 'host:'), [
      '4:7 southbound.lines.0.path: missing key "path": expected text',
      '6:7 southbound.lines.0.host: unknown key "host" (valid here: id, timeout, retries, grouping, devices, transport, path, baudRate, parity, stopBits)',
    ]],
    ['nearest key of that transport', RTU_LINE.replace('path:', 'baudrate: 9600\n      path:'), [
      '6:7 southbound.lines.0.baudrate: unknown key "baudrate"; did you mean "baudRate"? (valid here: id, timeout, retries, grouping, devices, transport, path, baudRate, parity, stopBits)',
    ]],
    ['unknown transport', RTU_LINE.replace('modbus-rtu', 'modbus-rtuu'), ['5:7 southbound.lines.0.transport: expected one of modbus-tcp, modbus-rtu, modbus-rtu-tcp, modbus-ascii; did you mean "modbus-rtu"?']],
    ['no transport', RTU_LINE.replace('      transport: modbus-rtu\n', ''), ['4:7 southbound.lines.0.transport: missing key "transport": expected one of modbus-tcp, modbus-rtu, modbus-rtu-tcp, modbus-ascii']],
    ['misspelt transport', RTU_LINE.replace('transport:', 'transprot:'), [expect.stringMatching(/^5:7 southbound\.lines\.0\.transprot: unknown key "transprot"; did you mean "transport"\?/u)]],
    ['deep in lists', RTU_LINE.replace('unit: 2', 'unit: 248'), ['9:25 southbound.lines.0.devices.1.unit: expected at most 247, found 248']],
    ['an empty list', 'id: edge\nuplink: { url: "mqtt://a:1", forward: [] }\n', ['2:30 uplink.forward: expected at least 1 entry, found a list of 0']],
  ])('%s', (_what, text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  test('a misspelt required key is one problem, not two', () => {
    expect(complaints(RTU_LINE.replace('unit: 2, profile', 'unit: 2, profil'))).toEqual([
      '9:34 southbound.lines.0.devices.1.profil: unknown key "profil"; did you mean "profile"? (valid here: id, unit, profile, pollEvery, grouping, limits, forbidden)',
    ]);
  });

  test('text or a map: what was written picks the branch', () => {
    const schema = z.strictObject({ at: z.union([z.string().regex(/^\w+\+\d+s$/u, 'expected an instant such as steady+5s'), z.strictObject({ between: z.tuple([z.string(), z.string()]) })]) });
    const told = (text: string): string[] => {
      const checked = checkYaml(text, 'f', schema);
      return checked.kind === 'valid' ? [] : checked.problems.map(shown);
    };
    expect(told('at: steady+5')).toEqual(['1:1 at: expected an instant such as steady+5s, found "steady+5"']);
    expect(told('at: { betwen: [a, b] }')).toEqual(['1:7 at.betwen: unknown key "betwen"; did you mean "between"? (valid here: between)']);
    expect(told('at: { between: [a, 1] }')).toEqual(['1:20 at.between.1: expected text, found 1']);
  });

  test('a union with words of its own says those', () => {
    const schema = z.strictObject({ ms: z.union([z.number().min(0), z.string().regex(/^\d+ms$/u)], 'expected a duration such as 5ms, or milliseconds') });
    const checked = checkYaml('ms: true', 'f', schema);
    expect(checked.kind === 'invalid' && checked.problems.map(shown)).toEqual(['1:1 ms: expected a duration such as 5ms, or milliseconds, found true']);
  });

  test('a refinement speaks for itself', () => {
    const schema = z.array(z.number()).min(1, 'a scenario without a check proves nothing');
    const checked = checkYaml('[]', 'f', schema);
    expect(checked.kind === 'invalid' && checked.problems.map(({ message }) => message)).toEqual(['a scenario without a check proves nothing']);
  });

  test('a file that is wrong throughout is described up to a bound', () => {
    const checked = checkYaml(Array.from({ length: 200 }, (_one, index) => `- { k${index}: 1 }`).join('\n'), 'f', z.array(z.strictObject({})));
    expect(checked.kind === 'invalid' && checked.problems.length).toBe(20);
  });
});

describe('text that is no YAML', () => {
  test.each([
    ['an open bracket', 'id: edge\nmqtt: { port: 1\nlog: x\n', /^3:1 : /u],
    ['a tab', 'id: edge\nmqtt:\n\tport: 1\n', /^3:1 : Tabs are not allowed/u],
    ['a key twice', 'id: edge\nid: two\n', /^2:1 : Map keys must be unique/u],
    ['two documents', 'id: a\n---\nid: b\n', /^2:1 : the file holds more than one document/u],
    ['an alias without an anchor', 'id: edge\nlog: *nope\n', /^2:6 : no anchor &nope stands before the alias \*nope/u],
    ['an unknown tag', 'id: !env NAME\n', /^1:5 : Unresolved tag: !env/u],
    ['a bomb of aliases', 'a: &a [x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n', /^1:1 : aliases that expand too far/u],
    ['an alias of itself', 'a: &a [*a]\n', /^1:8 : the alias \*a stands inside its own anchor/u],
    ['nesting without end', '['.repeat(5_000), /^1:\d+ : nested too deeply/u],
  ])('%s', (_what, text, expected) => {
    const checked = checkYaml(text, 'edge.yaml', gatewayConfigSchema);
    expect(checked).toMatchObject({ kind: 'invalid', code: 'FP_YAML_SYNTAX' });
    expect(complaints(text)[0]).toMatch(expected);
  });

  test('an anchor may be used again within reason', () => {
    const checked = checkYaml('one: &x [1, 2]\ntwo: *x\n', 'f', z.record(z.string(), z.array(z.number())));
    expect(checked).toMatchObject({ kind: 'valid', value: { one: [1, 2], two: [1, 2] } });
  });
});

describe('reading a file', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldproof-yaml-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const fileOf = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  test('gives value, text and places', () => {
    const read = readCheckedYaml(fileOf('good.yaml', 'id: edge\n'), gatewayConfigSchema);
    expect([read.value.id, read.text, read.placeOf(['id']).line]).toEqual(['edge', 'id: edge\n', 1]);
  });

  test('the error stands at the first problem and lists the others', () => {
    const file = fileOf('bad.yaml', 'id: edge\nmqtt: { port: x }\nlgo: {}\n');
    const read = (): unknown => readCheckedYaml(file, gatewayConfigSchema);
    expect(read).toThrowError(expect.objectContaining({ code: 'FP_SCHEMA', place: { file, line: 2, column: 9, key: 'mqtt.port' } }));
    const text = thrownText(read);
    expect(text.split('\n')).toEqual([
      `${file}:2:9 mqtt.port`,
      '  error FP_SCHEMA: expected a number, found "x"',
      '  also 3:1 lgo: unknown key "lgo"; did you mean "log"? (valid here: id, mqtt, http, broker, southbound, telemetry, uplink, log)',
      expect.stringMatching(/^ {2}next: Go to the line named/u),
    ]);
  });

  test('a file that is not there, a folder, and one beyond the bound', () => {
    expect(() => readCheckedYaml(join(folder, 'gone.yaml'), gatewayConfigSchema)).toThrowError(expect.objectContaining({ code: 'FP_FILE_UNREADABLE' }));
    expect(() => readCheckedYaml(folder, gatewayConfigSchema)).toThrowError(expect.objectContaining({ code: 'FP_FILE_UNREADABLE' }));
    const huge = fileOf('huge.yaml', '#'.repeat(YAML_BYTES_MAX + 1));
    expect(() => readCheckedYaml(huge, gatewayConfigSchema)).toThrowError(expect.objectContaining({ code: 'FP_LIMIT' }));
  });
});

function thrownText(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    return formatError(thrown);
  }
  throw new Error('nothing was thrown');
}
