// `npm run bench -- script` runs script.ts; without a name, main.ts. What follows the name are that benchmark's options.
const BENCHMARKS = ['script', 'embedded'];
const [, , name] = process.argv;
const chosen = name !== undefined && BENCHMARKS.includes(name) ? name : 'main';
if (chosen !== 'main') process.argv.splice(2, 1);
await import(`./${chosen}.ts`);

export {};
