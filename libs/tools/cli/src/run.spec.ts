import { describe, expect, it } from '@jest/globals';
import { CliError } from './cli-error.ts';
import { helpFor, run } from './run.ts';

describe('the command line', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('%j: says which commands there are', async (argv) => {
    const { exitCode, text } = await run(argv, {});
    expect(exitCode).toBe(0);
    for (const command of ['init', 'nats', 'etl preview', 'etl set-aside', 'keys', 'servers'])
      expect(text).toContain(`npx @nestjs-spark/cli ${command}`);
  });

  it.each([
    [['etl', '--help'], /npx @nestjs-spark\/cli etl preview --module/],
    [['nats', '--help'], /npx @nestjs-spark\/cli nats permissions --module/],
    [['servers', '--help'], /keep the data in DIR[^]*--secured/],
    ...['init', 'etl', 'dataflow', 'config', 'jobs', 'keys', 'nats', 'verify', 'servers'].flatMap(
      (name): [string[], RegExp][] => [
        [[name, 'help'], new RegExp(`npx @nestjs-spark/cli ${name} `)],
        [['help', name], new RegExp(`npx @nestjs-spark/cli ${name} `)],
      ],
    ),
    [['keys', '--help'], /npx @nestjs-spark\/cli keys rotate HR --finish/],
  ])('%j: says what the command takes', async (argv, words) => {
    expect(await run(argv, {})).toEqual({ exitCode: 0, text: expect.stringMatching(words) });
  });

  it.each([
    [
      ['deploy'],
      /Unknown command "deploy"\. Commands: init, etl, dataflow, config, jobs, keys, nats, verify, servers\./,
    ],
    [['servers', '--colour', 'red'], /Unknown option "--colour"\.$/],
    [['servers', '--data'], /--data/],
    [['init', 'share'], /Order/],
    [['servers', '--secured', '--data', 'DIR'], /--secured keeps no data/],
    [['servers', 'mysql'], /Unknown server "mysql"\. Servers: nats, ravendb, kafka, postgres\./],
    [['servers', '--secured', 'kafka'], /--secured is for nats and ravendb/],
    [['nats', 'permissions'], /--module Fleet --module HR/],
    [['nats', 'users', '--module', 'HR'], /Unknown command "users"/],
    [['nats', 'permissions', '--module', 'Fleet', 'HR', 'Sales'], /: --module HR --module Sales\.$/],
    [['nats', 'permissions', '--module', 'H R'], /"H R" cannot be a module/],
    [['nats', 'permissions', '--module', 'HR', '--module', 'hr'], /given twice/],
    [['nats', 'provision', '--module', 'HR', '--route', 'HR:Fleet'], /OWNER:REQUESTER/],
    [['etl', 'deploy'], /Unknown command "deploy"/],
    [
      ['nats', 'provision', '--module', 'HR', '--events'],
      /^--events is an option of permissions, not of pro/,
    ],
    [['keys', 'make', 'HR', 'Sales'], /^Unexpected argument "Sales"\. keys make takes one argument\.$/],
    [['keys', 'make', 'HR', '--finish'], /^--finish is an option of rotate, not of make: leave it out\.$/],
    [['keys', 'show', 'HR', '--module', 'Fleet'], /leave out HR or --module\.$/],
    [['keys', 'show', '--keys-dir', 'DIR', '--url', 'http://x'], /leave out --keys-dir or --url\.$/],
    [
      ['init', 'share', 'Order', 'Car', '--with', 'HR'],
      /^Unexpected argument "Car"\. init share takes one class/,
    ],
    [['init', 'copy', 'Orders', '--from', 'A', '--with', 'B'], /^--with is an option of share, not of copy/],
    [['init', 'share', 'Order', '--with', 'B', '--from', 'A'], /^--from is an option of copy, not of share/],
    [['jobs', 'check-backend', 'http://a', 'http://b'], /^Unexpected argument "http:\/\/b"\. The command is/],
    [['servers', '--temporary', '--data', 'DIR'], /^--temporary keeps no data/],
    [
      ['verify', '--module', 'HR', '--token', 't', '--of', 'Fleet/Cars', '--report', '--repair'],
      /^--report only shows the last comparison: leave out --repair/,
    ],
    [
      ['etl', 'set-aside', 'list', '--module', 'HR', '--as', 'Fleet', '--token', 't'],
      /^--as asks as a module, --token as an operator: leave one of them out\.$/,
    ],
    [
      ['etl', 'set-aside', 'list', '--module', 'HR', '--token', 't', '--keys-dir', 'DIR'],
      /^--keys-dir is the folder with the key of --as NAME/,
    ],
    [['nats', '--module', 'HR'], /Name a command: permissions or provision\./],
  ])('%j: is refused with what is right', async (argv, words) => {
    const refused = run(argv, {});
    await expect(refused).rejects.toThrow(CliError);
    await expect(refused).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(words) });
    await expect(refused).rejects.not.toThrow(/\n\n|Exit code/);
  });

  it.each([
    [['confg'], '"config"'],
    [['config', 'gte'], '"get"'],
    [['config', 'histroy'], '"history"'],
    [['keys', 'rotat'], '"rotate"'],
    [['etl', 'preveiw'], '"preview"'],
    [['etl', 'set-aside', 'lst'], '"set-aside list"'],
    [['nats', 'permission'], '"permissions"'],
    [['jobs', 'check-bakend', 'http://x'], '"check-backend"'],
    [['init', 'shar', 'Order'], '"share"'],
    [['servers', 'natss'], '"nats"'],
    [['dataflow', 'strat', 'first'], '"start"'],
    [['dataflow', '--onec'], '"--once"'],
    [['dataflow', 'run', 'a.yaml', 'once'], '"--once"'],
    [['servers', '--securd'], '"--secured"'],
    [['nats', 'permissions', '--modul', 'HR'], '"--module"'],
    [['init', 'share', 'Order', '--wiht', 'HR'], '"--with"'],
    [['jobs', 'check-backend', '--ur', 'x'], null],
    [['etl', 'preview', '--colection', 'Cars'], '"--collection"'],
    [['config', 'get', '--modle', 'HR'], '"--module"'],
    [['keys', 'rotate', 'HR', '--finnish'], '"--finish"'],
    [['verify', '--repiar'], '"--repair"'],
  ])('%j: is refused with what was probably meant', async (argv, meant) => {
    const refused = run(argv, {});
    await expect(refused).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/^(?:Unknown \w+|Unexpected argument) "[^"]*"\./),
    });
    if (meant !== null) await expect(refused).rejects.toThrow(`Did you mean ${meant}?`);
  });

  it.each([
    [['keys', 'make'], 'Run npx @nestjs-spark/cli keys --help for the options.'],
    [['deploy'], 'Run npx @nestjs-spark/cli --help for the commands.'],
  ])('%j: points to the help that has what is right', (argv, words) => {
    expect(helpFor(argv)).toBe(words);
  });
});
