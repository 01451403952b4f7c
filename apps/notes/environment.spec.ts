import { describe, expect, it } from '@jest/globals';
import { peersFromEnvironment } from './environment.ts';

describe('The environment of the Notes app', () => {
  it.each([
    [undefined, 'wait'],
    ['', 'wait'],
    ['wait', 'wait'],
    ['serve', 'serve'],
  ])('has a node that starts without NATS and is told %j %s', (text, offlineStart) => {
    const env = { SPARK_PEERS_NODE: 'a', SPARK_PEERS_OFFLINE_START: text };
    expect(peersFromEnvironment(env)).toMatchObject({ nodeId: 'a', offlineStart });
  });

  it('refuses another word for that, and a node without a name', () => {
    const env = { SPARK_PEERS_NODE: 'a', SPARK_PEERS_OFFLINE_START: 'Serve' };
    expect(() => peersFromEnvironment(env)).toThrow('"Serve": it has to be wait or serve');
    expect(() => peersFromEnvironment({})).toThrow('SPARK_PEERS_NODE is missing');
  });
});
