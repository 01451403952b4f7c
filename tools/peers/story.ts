import { demand, ask } from '../demo/http.ts';
import { duration, type Narrator } from '../demo/narrate.ts';
import { waitReady } from '../demo/ready.ts';
import type { App } from '../apps/app.ts';
import type { Cable } from './cable.ts';

interface Document {
  id: string;
  title: string;
  tags?: string[];
}

interface Conflicts {
  items: { recordId: string; winner: { origin: string }; heads: Head[] }[];
}

interface Head {
  origin: string;
  node: string;
  data: { Title?: string } | null;
}

/** Three nodes, and the means to cut the third one off the network. */
export interface Cast {
  nodes: readonly [App, App, App];
  cable: Cable;
  operatorToken: string;
}

/** Writes on all three, cuts one off, writes on both sides, and heals. Returns the note that both sides changed. */
export async function tellStory(
  { nodes, cable, operatorToken }: Cast,
  narrator: Narrator,
): Promise<Document> {
  const waits = nodes.map(async (node) => ({ node, took: await waitReady(node, narrator.waiting) }));
  for (const { node, took } of await Promise.all(waits)) {
    narrator.say('Ready', `${node.name} is ready after ${duration(took)}`);
  }
  const [a, , c] = nodes;

  const notes: Document[] = [];
  for (const node of nodes) notes.push(await create(node, '/notes', { title: `written on ${node.name}` }));
  const took = await untilEqual(nodes, narrator);
  narrator.say('Create', `a note on each node: ${notes.map(({ id }) => id).join(', ')}`);
  narrator.say('Create', `every node had all three after ${duration(took)}`);

  const note = await create(a, '/notes', { title: 'shopping' });
  const board = await create(a, '/boards', { title: 'kitchen', tags: ['food'] });
  await untilEqual(nodes, narrator);
  cable.pull();
  await narrator.wait(`${c.name} to notice the cut`, async () => (await isCutOff(c)) || 'still connected', {
    seconds: 30,
  });
  narrator.say('Cut off', `${c.name} has lost the network; it continues with its own file`);

  await demand(`${a.url}/notes/${note.id}`, 'PUT', { title: 'shopping, by a' });
  await demand(`${c.url}/notes/${note.id}`, 'PUT', { title: 'shopping, by c' });
  await demand(`${a.url}/boards/${board.id}`, 'PATCH', { tags: ['food', 'from-a'] });
  await demand(`${c.url}/boards/${board.id}`, 'PATCH', { tags: ['food', 'from-c'] });
  narrator.say(
    'Cut off',
    `meanwhile the note ${note.id} and the board ${board.id} are changed on ${a.name} and on ${c.name}`,
  );

  cable.putBack();
  const healed = await untilEqual(nodes, narrator);
  narrator.say('Healed', `every node shows the same, ${duration(healed)} after the network came back`);
  for (const node of nodes) {
    const seen = await read(node, `/notes/${note.id}`);
    const tags = (await read(node, `/boards/${board.id}`)).tags?.join(', ');
    narrator.say(
      'Healed',
      `on ${node.name} the note is ${JSON.stringify(seen.title)}, and the board has the tags ${tags}`,
    );
  }
  await showConflict(a, note.id, operatorToken, narrator);
  return note;
}

async function create(node: App, path: string, body: object): Promise<Document> {
  return (await demand(`${node.url}${path}`, 'POST', body)).body as Document;
}

async function read(node: App, path: string): Promise<Document> {
  return (await demand(`${node.url}${path}`)).body as Document;
}

async function isCutOff({ url }: App): Promise<boolean> {
  const { body } = await ask(`${url}/health/ready`);
  return (body as { details?: { peers?: { log?: string } } }).details?.peers?.log === 'away';
}

/** Waits until every node lists the same notes and boards at the same versions. */
function untilEqual(nodes: readonly App[], narrator: Narrator): Promise<number> {
  const look = async (): Promise<true | string> => {
    const lists = await Promise.all(nodes.map(listed));
    return new Set(lists).size === 1 || lists.join(' | ').slice(0, 500);
  };
  return narrator.wait('the nodes to become equal', look, { seconds: 60, everyMs: 5 });
}

async function listed({ url }: App): Promise<string> {
  const lists = await Promise.all(['notes', 'boards'].map((path) => demand(`${url}/${path}?take=100`)));
  return JSON.stringify(lists.map(({ headers, body }) => [headers.get('x-total-count'), body]));
}

async function showConflict(node: App, id: string, token: string, narrator: Narrator): Promise<void> {
  const { body } = await demand(`${node.url}/spark/peers/Notes/conflicts`, 'GET', undefined, token);
  const conflict = (body as Conflicts).items.find(({ recordId }) => recordId === id);
  if (!conflict) throw new Error(`no conflict of ${id} is listed`);
  const won = conflict.heads.find(({ origin }) => origin === conflict.winner.origin);
  const lost = conflict.heads.filter((head) => head !== won);
  narrator.say(
    'Conflict',
    `of the two changes of the note, the later one is shown: ${titleOf(won)}, from ${won?.node}`,
  );
  for (const head of lost)
    narrator.say(
      'Conflict',
      `the other one, ${titleOf(head)} from ${head.node}, is kept in the list of conflicts`,
    );
  narrator.say('Conflict', 'of the board, a resolver has kept the tags of both');
}

function titleOf(head: Head | undefined): string {
  return JSON.stringify(head?.data?.Title ?? null);
}
