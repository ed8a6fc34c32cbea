import { ERROR_CODES } from '../../hil/runtime/error-codes.ts';

/** The page of error codes, in Markdown. */
export function errorPage(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, { meaning, nextStep }]) => `### ${code}\n\n${meaning}\n\n*Next:* ${nextStep}\n`);
  return `# Error codes

Made from \`hil/runtime/error-codes.ts\` by \`npm run docs\`. Every message of fieldproof that reports an error has one of
these codes, the place it is about (file, line, key, unit or address) and the next step.

${rows.join('\n')}`;
}
