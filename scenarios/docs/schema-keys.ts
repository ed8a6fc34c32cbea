/** The parts of a JSON Schema (2020-12) that the reference pages show. */
export interface JsonSchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchemaNode;
  readonly anyOf?: readonly JsonSchemaNode[];
  readonly oneOf?: readonly JsonSchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly examples?: readonly unknown[];
}

/** A Markdown table of an object's keys: name, type, default, meaning. Empty for an object without keys. */
export function keyRows(node: JsonSchemaNode, without: readonly string[] = []): string {
  const rows = Object.entries(node.properties ?? {})
    .filter(([key]) => !without.includes(key))
    .map(([key, property]) => {
      const isRequired = node.required?.includes(key) === true && property.default === undefined;
      return `| \`${key}\` | ${typeText(property)} | ${isRequired ? 'required' : defaultText(property)} | ${cell(property.description ?? '')} |\n`;
    });
  return rows.length === 0 ? '' : `| key | type | default | meaning |\n|---|---|---|---|\n${rows.join('')}`;
}

function typeText(node: JsonSchemaNode): string {
  if (node.const !== undefined) return code(node.const);
  if (node.enum !== undefined) return node.enum.map(code).join(', ');
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) return [...new Set(branches.map(typeText))].join(' or ');
  if (node.examples !== undefined) return `text such as ${node.examples.map(code).join(', ')}`;
  if (node.type === 'array') return `list of ${node.items === undefined ? 'values' : typeText(node.items)}`;
  if (node.type === 'object') return node.properties === undefined ? 'map' : `\`{ ${Object.keys(node.properties).join(', ')} }\``;
  if (node.type === 'string') return 'text';
  return `${node.type ?? 'value'}${range(node)}`;
}

function range({ minimum, maximum }: JsonSchemaNode): string {
  // Bounds of the number type itself say nothing.
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (low === undefined && high === undefined) return '';
  return high === undefined ? `, ${low} or more` : `, ${low ?? ''} to ${high}`;
}

function defaultText({ default: value }: JsonSchemaNode): string {
  return value === undefined ? '' : code(value);
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
}
