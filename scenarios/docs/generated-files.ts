import { gatewayConfigSchema } from '../../hil/gateway/config/gateway-config.ts';
import { deviceProfileSchema } from '../../hil/gateway/southbound/device-profile.ts';
import { hardwareMapSchema } from '../../hil/rig/hardware-map.ts';
import { recordingLineSchema } from '../../hil/rig/recording/recording-format.ts';
import type { z } from '../../hil/runtime/schema.ts';
import { fleetOptionsSchema } from '../../sim/fleet/fleet-options.ts';
import { recordJsonSchemaText } from '../../reports/record-json-schema.ts';
import { scenarioSchema } from '../engine/scenario-schema.ts';
import { profileSchema } from '../../conformance/framework/profile.ts';
import { planSchema } from '../conformance/plan.ts';
import { suiteJsonSchemaText } from '../../reports/suite-json-schema.ts';
import { declarationSchema } from '../conformance/declaration.ts';
import { knownAnswersSchema } from '../conformance/known-answers.ts';
import { SUITES } from '../conformance/suite-table.ts';
import { conformancePage } from './conformance-page.ts';
import { errorPage } from './error-page.ts';
import { inputJsonSchema } from './input-json-schema.ts';
import { scenarioPage } from './scenario-page.ts';

/** A file of the repository that is made from the code. A test compares it; `npm run docs` writes it. */
export interface GeneratedFile {
  /** From the root of the package, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Everything that is made from the code: the published JSON Schemas and the reference pages. */
export function generatedFiles(): GeneratedFile[] {
  return [
    schemaFile('scenarios/engine/scenario.schema.json', 'Fieldproof scenario', scenarioSchema),
    schemaFile('hil/gateway/config/gateway-config.schema.json', 'Fieldproof gateway configuration', gatewayConfigSchema),
    schemaFile('hil/gateway/southbound/device-profile.schema.json', 'Device profile (EdgeX, Modbus)', deviceProfileSchema),
    schemaFile('hil/rig/hardware-map.schema.json', 'Fieldproof hardware map', hardwareMapSchema),
    schemaFile('hil/rig/recording/recording-line.schema.json', 'One line of a fieldproof device recording', recordingLineSchema),
    schemaFile('sim/fleet/fleet-options.schema.json', 'Fieldproof fleet options', fleetOptionsSchema),
    { path: 'reports/schema/run.schema.json', text: recordJsonSchemaText() },
    { path: 'reports/schema/suite.schema.json', text: suiteJsonSchemaText() },
    ...SUITES.map((suite) => ({ path: `scenarios/docs/conformance-${suite.name}.md`, text: conformancePage(suite) })),
    schemaFile('scenarios/conformance/declaration.schema.json', 'Declaration of a SUT (PICS and PIXIT)', declarationSchema),
    schemaFile('scenarios/conformance/profile.schema.json', 'Conformance profile', profileSchema),
    schemaFile('scenarios/conformance/plan.schema.json', 'Conformance plan of a product', planSchema),
    schemaFile('scenarios/conformance/known-answers.schema.json', 'Known answers of an implementation', knownAnswersSchema),
    { path: 'scenarios/docs/errors.md', text: errorPage() },
    { path: 'scenarios/docs/scenario-file.md', text: scenarioPage() },
  ];
}

function schemaFile(path: string, title: string, schema: z.ZodType): GeneratedFile {
  return { path, text: `${JSON.stringify(inputJsonSchema(title, schema), undefined, 2)}\n` };
}
