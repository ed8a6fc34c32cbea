import type { Command } from 'commander';
import type { ProgramContext } from './program-context.ts';

/** `fieldproof bench` */
export function addBenchCommand(_program: Command, _context: ProgramContext, _finish: (code: number) => void): void {}
