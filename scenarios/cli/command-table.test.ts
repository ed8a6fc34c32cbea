import { Command } from 'commander';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { realClock } from '../../hil/runtime/real-clock.ts';
import { COMMANDS, wantedCommands } from './command-table.ts';
import type { ProgramContext } from './program-context.ts';

const context: ProgramContext = {
  clock: realClock,
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  pid: 1,
  cliEntry: '',
  version: '0.0.0',
  drawSeed: () => 1,
  onSignal: () => () => undefined,
  colours: false,
};

test.each(COMMANDS)('the word $word loads the command of that name', async ({ word, load }) => {
  const program = new Command();
  const add = await load();
  add(program, context, () => undefined);
  expect(program.commands.map((command) => command.name())).toEqual([word]);
});

test('a known word loads one command, help and unknown words all, the version none', () => {
  expect(wantedCommands(['sim', 'plc']).map(({ word }) => word)).toEqual(['sim']);
  expect(wantedCommands(['runn'])).toBe(COMMANDS);
  expect(wantedCommands([])).toBe(COMMANDS);
  expect(wantedCommands(['--version'])).toEqual([]);
});
