import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import { type RunningServers, startServers } from '@nestjs-spark/servers';
import { type App, complain } from '../apps/app.ts';
import { endingOnce, STOPPED } from '../apps/endings.ts';
import { onlyOne } from '../apps/only-one.ts';
import { operatorOf } from '../apps/operator-token.ts';
import { OWN_NATS, requireNats } from '../apps/require-nats.ts';
import { stopSignal } from '../apps/stop-signal.ts';
import { readArguments } from '../arguments.ts';
import { keepUp } from '../demo/keep-up.ts';
import { Narrator } from '../demo/narrate.ts';
import { Cable } from './cable.ts';
import { invitation } from './invitation.ts';
import { startNodes } from './nodes.ts';
import { tellStory } from './story.ts';

const HELP = `Shows replicas of one service: three nodes, writes on both sides of a cut network, and equal files afterwards.
  npm run peers              runs until Ctrl-C
  npm run peers -- --once    ends when the nodes are equal, with exit code 0`;

const { once = false } = readArguments({ help: HELP, options: { once: { type: 'boolean' } } }).values;
const asked = stopSignal();
const narrator = new Narrator(asked);
const stopping = new AbortController();
const stopAsked = new Promise((done) => asked.addEventListener('abort', done));

let servers: RunningServers | undefined;
let cable: Cable | undefined;
let nodes: App[] = [];
try {
  const told = tell();
  // Whatever is still waiting when everything is stopped below is bound to fail, which means nothing.
  told.catch(() => undefined);
  await Promise.race([told, stopAsked]);
} catch (error) {
  process.exitCode = 1;
  complain(error, nodes);
} finally {
  stopping.abort();
  if (asked.aborted) narrator.plain('\nStopping the nodes and NATS …');
  await Promise.all(nodes.map((node) => node.process.stop()));
  cable?.close();
  await servers?.stop();
  if (asked.aborted) narrator.plain(STOPPED);
}
process.exit();

async function tell(): Promise<void> {
  await onlyOne('npm run peers');
  narrator.title('Spark for NestJS: three replicas of one service');
  const home = resolve(dataDir(process.env));
  const data = join(home, 'data', 'peers');
  const folder = join(data, 'files');
  // Each log reserves space: those of earlier runs would leave less and less.
  await rm(data, { recursive: true, force: true });
  narrator.say('Servers', 'looking for nats-server; if it is missing, it is downloaded once');
  const { NATS_URL: nats } = process.env;
  if (nats) await requireNats(nats, OWN_NATS);
  servers = await startServers({ dataDir: data, ravendb: false });
  if (!servers.nats)
    throw new Error(`nats-server is not available: ${servers.missing.map(({ brief }) => brief).join('; ')}`);
  const { url } = servers.nats;
  narrator.say('Servers', `NATS     ${url}   (${servers.nats.way})`);
  cable = await Cable.to(url);
  // A different service each time: the files are new, and an earlier run's log is not theirs.
  const service = `notes-${randomBytes(3).toString('hex')}`;
  const { token: operatorToken, credential } = await operatorOf();
  nodes = await startNodes({ service, folder, operatorToken, natsUrls: { a: url, b: url, c: cable.url } });
  for (const { name, url: address, process: node } of nodes)
    narrator.say('Nodes', `${name.padEnd(8)} ${address}   log: ${node.logFile}`);
  narrator.say('Nodes', 'starting; this takes a few seconds');
  const [a, b, c] = nodes;
  if (!a || !b || !c) throw new Error('not all three nodes have started');
  const note = await tellStory({ nodes: [a, b, c], cable, operatorToken }, narrator);
  if (once) return narrator.plain(endingOnce('All nodes are equal.', 'npm run peers'));
  narrator.plain(invitation([a, b, c], note.id, credential));
  const say = (label: string, text: string) => narrator.say(label, text);
  await Promise.all(nodes.map((node) => keepUp(node, say, stopping.signal)));
}
