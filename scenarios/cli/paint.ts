import pc from 'picocolors';
import { plainPaint, type Paint } from '../../reports/terminal-summary.ts';

/** The colours of a terminal, or none. */
export function createPaint(colours: boolean): Paint {
  if (!colours) return plainPaint;
  const { green, red, yellow, dim, bold } = pc.createColors(true);
  return { pass: green, fail: red, warn: yellow, dim, bold };
}
