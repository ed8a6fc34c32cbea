/**
 * The schema library (zod 4) enters fieldproof through this file, so that it can be replaced or pinned in one place.
 * One schema gives the TypeScript type, the check at run time and the published JSON Schema.
 */
export { z } from 'zod';
