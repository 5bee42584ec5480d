#!/usr/bin/env node
import { runProgram } from './program.js';
import { processTerminal } from './terminal/terminal.js';

process.exit(await runProgram(process.argv.slice(2), processTerminal()));
