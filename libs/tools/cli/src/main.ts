#!/usr/bin/env node
// Nothing else is imported before the check: an older Node would end with a SyntaxError, without a remedy, on what it cannot parse.
const { nodeFault } = await import('@nestjs-spark/foundation/text');
const fault = nodeFault('@nestjs-spark/cli', process.versions.node);

if (fault !== null) {
  console.error(
    `${fault} Install a current one (https://nodejs.org), or run the command with one: npx -p node@24 -p @nestjs-spark/cli nestjs-spark …`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./run-main.ts');
  await main();
}

export {};
