import type { App } from '../apps/app.ts';
import { curl } from '../apps/curl.ts';

/**
 * What a newcomer can do now, as lines to copy.
 * @param id of a note
 * @param credential the operator's, as an option of `curl`
 */
export function invitation(nodes: readonly [App, App, App], id: string, credential: string): string {
  const [a, b, c] = nodes;
  const each = (path: string): string => nodes.map(({ url }) => `${url}${path}`).join('   ');
  return `
Try it yourself. A change arrives within moments; if you still see the old title, ask again:

  ${curl(`-X PUT ${a.url}/notes/${id} -H 'content-type: application/json' -d '{"title":"by hand"}'`)}
  ${curl(`-i ${c.url}/notes/${id}`)}

The state of a node, and the conflicts that it knows:

  ${curl(`${b.url}/spark/peers${credential}`)}
  ${curl(`${b.url}/spark/peers/Notes/conflicts${credential}`)}

To look at:

  OpenAPI   ${each('/api')}
  Health    ${each('/health/ready')}
  Metrics   ${each('/metrics')}

Running until Ctrl-C.`;
}
