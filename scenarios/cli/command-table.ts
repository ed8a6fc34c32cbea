import type { Command } from 'commander';
import type { ProgramContext } from './program-context.ts';

/** Adds a command, or a command with commands below it, to its parent. @returns The latter. */
export type AddCommand = (parent: Command, context: ProgramContext, finish: (code: number) => void) => Command | undefined | void;

/** A command by the word that is typed for it; its code is loaded when it is wanted. */
export interface CommandEntry {
  readonly word: string;
  readonly load: () => Promise<AddCommand>;
}

/** The commands in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  { word: 'run', load: async () => (await import('./run-command.ts')).addRunCommand },
  { word: 'replay', load: async () => (await import('./replay-command.ts')).addReplayCommand },
  { word: 'report', load: async () => (await import('./report-command.ts')).addReportCommand },
  { word: 'conformance', load: async () => (await import('./conformance-command.ts')).addConformanceCommands },
  { word: 'gateway', load: async () => (await import('./gateway-command.ts')).addGatewayCommand },
  { word: 'sim', load: async () => (await import('./sim-command.ts')).addSimCommands },
  { word: 'rig', load: async () => (await import('./rig-command.ts')).addRigCommands },
  { word: 'profile', load: async () => (await import('./profile-command.ts')).addProfileCommands },
  { word: 'bench', load: async () => (await import('./bench-command.ts')).addBenchCommand },
];

/**
 * The commands to load for what was typed: the one that is meant, or all for help and for words that nobody knows (the
 * nearest one is suggested). A child of a run starts several times faster without the code of the others.
 */
export function wantedCommands(words: readonly string[]): readonly CommandEntry[] {
  if (words.length === 1 && /^(?:-V|--version)$/u.test(words[0] ?? '')) return [];
  const meant = COMMANDS.filter(({ word }) => word === words[0]);
  return meant.length > 0 ? meant : COMMANDS;
}
