import { CHECKERS } from '../../conformance/checkers/checker-table.ts';
import type { z } from '../../hil/runtime/schema.ts';
import { LINK_FAULTS } from '../../sim/link/faults/fault-table.ts';
import { MODBUS_FAULTS } from '../../sim/modbus-faults/faults/fault-table.ts';
import type { ModbusFaultKind } from '../../sim/modbus-faults/modbus-fault-kind.ts';
import { scenarioSchema } from '../engine/scenario-schema.ts';
import { inputJsonSchema } from './input-json-schema.ts';
import { keyRows, type JsonSchemaNode } from './schema-keys.ts';

/** The reference of the scenario file, in Markdown: keys, faults, checks. */
export function scenarioPage(): string {
  const root: JsonSchemaNode = inputJsonSchema('', scenarioSchema);
  const { topology, phases, ...others } = root.properties ?? {};
  return `# The scenario file

Made from the schema by \`npm run docs\`; the JSON Schema for editors is \`scenarios/engine/scenario.schema.json\`.
A wrong file is refused with file, line, key, what was expected and the nearest valid key, before anything is started.

${section('Top level', { ...root, properties: { ...others, topology: shallow(topology), phases: shallow(phases) } }, ['faults', 'checks'])}
${Object.entries(topology?.properties ?? {}).map(([key, node]) => section(`topology.${key}[]`, node.items)).join('\n')}
${(phases?.items?.anyOf ?? []).map((node, index) => section(`phases[], ${index === 0 ? 'with a length' : 'until a condition holds'}`, node)).join('\n')}
## faults[]

Keys of every fault: \`kind\`, \`on\` (a link; for \`modbus.*\` and \`serialDisconnect\` a PLC group), either \`at\` (\`disrupt+5s\`, or \`{ between: [disrupt+1s, disrupt+9s] }\`, drawn
from the seed) or \`when\` (\`{ event, source, nth }\`), \`for\` (a duration or \`{ between: [...] }\`; left out: until the end),
\`times\` (drawn so often). Loss, duplicates and reordering do not exist on a TCP byte stream: the kernel resends.

${LINK_FAULTS.map(({ kind, purpose, params }) => entry(kind, purpose, params)).join('\n')}
${MODBUS_FAULTS.map(modbusEntry).join('\n')}
## checks[]

Every check is a pure function of the journal. Without data a check is inconclusive, never a pass.

${CHECKERS.map(({ that, purpose, params }) => entry(that, purpose, params)).join('\n')}`;
}

function entry(name: string, purpose: string, params: z.ZodType): string {
  const rows = keyRows(inputJsonSchema('', params));
  return `### ${name}\n\n${purpose}\n${rows === '' ? '' : `\n${rows}`}`;
}

function modbusEntry({ kind, purpose, params, whyNot }: ModbusFaultKind): string {
  return entry(kind, whyNot === '' ? purpose : `${purpose} Not on every transport: ${whyNot}.`, params);
}

function section(title: string, node: JsonSchemaNode | undefined, without: readonly string[] = []): string {
  return node === undefined ? '' : `## ${title}\n\n${keyRows(node, without)}`;
}

/** The key is listed; what is below it has a section of its own. */
function shallow(node: JsonSchemaNode | undefined): JsonSchemaNode {
  return { description: node?.description ?? 'See below.', type: node?.type ?? 'object' };
}
