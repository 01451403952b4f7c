import { once } from 'node:events';
import { join } from 'node:path';
import { dataDir as dataDirOf } from '@nestjs-spark/foundation';
import { startServers } from '@nestjs-spark/servers';

const help = `Starts RavenDB and NATS for development, prints their addresses, and stops them at Ctrl-C.
  npm run servers -- [--data DIR]   keep the data in DIR (default .spark/data/servers)
                     [--temporary]  keep no data`;

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(help);
  process.exit(0);
}
const named = args.indexOf('--data');
const dataDir = named >= 0 ? args[named + 1] : join(dataDirOf(process.env), 'data', 'servers');
if (dataDir === undefined) {
  console.error(`--data needs a folder\n${help}`);
  process.exit(1);
}

const servers = await startServers({ dataDir, temporary: args.includes('--temporary') });

for (const { server, reason, remedy } of servers.missing) {
  console.error(`\n${server} is missing. ${reason}\nRemedy: ${remedy}`);
}
if (servers.ravendb) console.log(`RAVENDB_URLS=${servers.ravendb.url}`);
if (servers.nats) console.log(`NATS_URL=${servers.nats.url}`);

if (servers.missing.length > 0) {
  process.exitCode = 1;
} else {
  console.error('Running until Ctrl-C');
  const keepAlive = setInterval(() => undefined, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(keepAlive);
}
await servers.stop();
process.exit();
