import { yamlText } from '../runtime/yaml-text.ts';
import type { DutInput } from './hardware-map.ts';

const FLOW_KEYS: ReadonlySet<string> = new Set(['line', 'units', 'fixtures', 'command', 'headers']);

/** A hardware map as YAML text, to be pasted or saved. @param comments - Lines at its top. */
export function hardwareMapText(duts: readonly DutInput[], comments: readonly string[] = []): string {
  return yamlText({ version: 1, duts }, { flowKeys: FLOW_KEYS, ...(comments.length === 0 ? {} : { comment: comments.join('\n') }) });
}
