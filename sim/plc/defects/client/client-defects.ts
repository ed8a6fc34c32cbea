import { ANSWER_DEFECTS } from './answer-defects.ts';
import type { ClientDefect } from './client-defect.ts';
import { REQUEST_DEFECTS } from './request-defects.ts';
import { TIMING_DEFECTS } from './timing-defects.ts';

/** Every way in which a Modbus client is made to break the standard, by id. */
export const CLIENT_DEFECTS: readonly ClientDefect[] = [...REQUEST_DEFECTS, ...ANSWER_DEFECTS, ...TIMING_DEFECTS];
