#!/usr/bin/env node
// Nothing is imported before the check: an older Node would end with a SyntaxError, without a remedy, on what it cannot parse.
const LEAST = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const [leastMajor = 0, leastMinor = 0] = LEAST;

if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  console.error(
    `@nestjs-spark/cli needs Node ${LEAST.join('.')} or later, and this is Node ${process.versions.node}. ` +
      'Install a current Node (https://nodejs.org), or run it with one: npx -p node@24 -p @nestjs-spark/cli nestjs-spark …',
  );
  process.exitCode = 1;
} else {
  const { main } = await import('./run-main.ts');
  await main();
}

export {};
