import { z } from '../../hil/runtime/schema.ts';

/** The JSON Schema (2020-12) of what a person writes: defaults are optional, durations and sizes are text. */
export function inputJsonSchema(title: string, schema: z.ZodType): Record<string, unknown> {
  return { title, ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) };
}
