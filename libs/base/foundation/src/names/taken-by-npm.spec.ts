import { expect, it } from '@jest/globals';
import { takenByNpm } from './taken-by-npm.ts';

it.each([
  [['once'], { npm_lifecycle_event: 'start', npm_config_once: 'true' }, 'npm start -- --once'],
  [['once', 'data'], { npm_lifecycle_event: 'jobs', npm_config_data: 'true' }, 'npm run jobs -- … --data'],
  [['keys-dir'], { npm_lifecycle_event: 'cli', npm_config_keys_dir: 'd' }, 'npm run cli -- … --keys-dir'],
  [['no-wait'], { npm_lifecycle_event: 'npx', npm_config_wait: '' }, 'npm exec -- … --no-wait'],
])(
  'Of %j, npm has kept one in %j, and the message has the command to type',
  (options, environment, command) => {
    const message = takenByNpm(options, environment, command.includes('…'));
    expect(message).toMatch(/^npm has kept --[a-z-]+ for itself\. Put it behind "--"/);
    expect(message).toContain(`: ${command}`);
  },
);

it.each([
  [['once'], { npm_config_once: 'true' }],
  [['once'], { npm_lifecycle_event: 'start', npm_config_noproxy: '' }],
  [['json', 'save', 'force'], { npm_lifecycle_event: 'x', npm_config_json: 'true', npm_config_save: '' }],
])('Nothing of %j is taken from the command in %j', (options, environment) => {
  expect(takenByNpm(options, environment, true)).toBeNull();
});
