import { checkYaml, yamlError } from '../../hil/runtime/checked-yaml.ts';
import { FieldproofError } from '../../hil/runtime/errors.ts';
import { nearestWord } from '../../hil/runtime/nearest-word.ts';
import { z } from '../../hil/runtime/schema.ts';

const declarationsSchema = z.looseObject({ variables: z.record(z.string(), z.string()).default({}) });

/**
 * Fills `${name}` in a scenario's text. Lines and columns before a variable stay where they were, so that later errors
 * point into the file as it is on disk.
 * @throws FieldproofError FP_YAML_SYNTAX, FP_SCHEMA for unreadable declarations; FP_USAGE for an override that the file
 *   does not declare; FP_SCENARIO_REFERENCE for a `${name}` that it does not declare.
 */
export function fillVariables(text: string, file: string, overrides: Readonly<Record<string, string>>): { readonly text: string; readonly variables: Record<string, string> } {
  const declared = checkYaml(text, file, declarationsSchema);
  if (declared.kind === 'invalid') throw yamlError(declared.code, declared.problems);
  const names = Object.keys(declared.value.variables);
  for (const name of Object.keys(overrides)) if (!names.includes(name)) throw undeclared(name, names, file);
  const variables = { ...declared.value.variables, ...overrides };
  const filled = text.split('\n').map((line, index) => fillLine(line, index + 1, file, variables));
  return { text: filled.join('\n'), variables };
}

function fillLine(line: string, lineNumber: number, file: string, variables: Readonly<Record<string, string>>): string {
  // A comment may speak of ${name} without meaning a variable.
  if (line.trimStart().startsWith('#')) return line;
  return line.replaceAll(/\$\{([^}]*)\}/gu, (_whole, name: string, offset: number) => {
    const value = variables[name];
    if (value !== undefined) return value;
    throw new FieldproofError('FP_SCENARIO_REFERENCE', `the variable "${name}" is not declared; declared: ${Object.keys(variables).join(', ') || 'none'}`, {
      place: { file, line: lineNumber, column: offset + 1 },
    });
  });
}

function undeclared(name: string, names: readonly string[], file: string): FieldproofError {
  const nearest = nearestWord(name, names);
  const suggestion = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  return new FieldproofError('FP_USAGE', `--var ${name}: ${file} declares no such variable${suggestion}`, {
    hint: names.length === 0 ? 'This scenario has no variables.' : `It declares: ${names.join(', ')}.`,
  });
}
