import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithBrowser } from '@nestjs-spark/servers/testing';
import { ConsoleCrowd } from '../support/console-crowd.ts';
import { ConsoleSystems } from '../support/console-systems.ts';
import { carDocument } from '../support/cars.ts';
import { Desk } from '../support/desk.ts';
import type { Member } from '../support/member.ts';
import { OPERATOR_TOKEN } from '../support/member.ts';
import { type Pair, SQLITE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const CARS = `loadToCars({ Model: this.Model, Brand: this.Brand });`;
const THROWS = `// One fact per car, for the yearly report.
if (!this.Brand) throw new Error('a car without a brand');
loadToCarFacts({ Brand: this.Brand.toUpperCase() });`;

/** The owner and one requester on RavenDB where this run has one, and everything else in files: both are seen in one browser. */
const PAIR: Pair = process.env['SPARK_TEST_RAVENDB_URL'] ? { owner: 'ravendb', requester: 'sqlite' } : SQLITE;

interface State {
  modules: { name: string; store: string | null; reachable: boolean; why: string | null }[];
  copies: {
    id: string;
    state: string;
    setAside: number;
    reason: { code: string; text: string } | null;
    stale: string | null;
  }[];
}

await describeWithBrowser(['nats'], `The console, in Chromium, with ${PAIR.owner}`, (chromium) => {
  let world: World;
  let fleet: Member;
  let billing: Member;
  let hr: Member;
  let console: Member;
  let systems: ConsoleSystems;
  let desk: Desk;

  const at = (path: string): string => `${console.url}/spark/console${path}`;
  const state = async (): Promise<State> =>
    (await desk.page.request.get(at('/api/state'))).json() as Promise<State>;
  const copy = async (id: string) => (await state()).copies.find((one) => one.id === id);

  beforeAll(async () => {
    world = await World.create('console', PAIR);
    fleet = await world.module('Fleet', {
      shared: [{ collection: 'Cars', with: ['HR', 'Analytics', 'Billing'] }],
    });
    const keeps = (...replicated: [string, string, string][]) => ({
      replicated: replicated.map(([sourceModule, sourceCollection, etlScript]) => ({
        sourceModule,
        sourceCollection,
        etlScript,
      })),
    });
    hr = await world.module('HR', keeps(['Fleet', 'Cars', CARS]));
    const analytics = await world.module('Analytics', keeps(['Fleet', 'Cars', THROWS]), PAIR.owner);
    billing = await world.module(
      'Billing',
      keeps(
        ['Fleet', 'CarBrands', 'loadToBrands(this);'],
        ['Fleet', 'Cars', CARS],
        ['Pricing', 'Tariffs', 'loadToTariffs(this);'],
      ),
    );
    systems = await ConsoleSystems.create(world);
    console = await world.console({ SPARK_CONSOLE_MODULES: systems.named });
    fleet.start();
    for (let car = 1; car <= 20; car++) {
      const Brand = car % 5 === 0 ? '' : `carBrands/${car}`;
      await fleet.database.put(`cars/${car}`, carDocument(car, { Brand }));
    }
    for (const member of [analytics, billing, console]) member.start();
    await hr.startReady();
    await console.live();
    // Not all processes at once: a small machine would take longer for each than anybody waits.
    systems.start();
    await systems.fill();
    desk = await Desk.open(chromium, at(''));
  });
  afterAll(async () => {
    await desk?.close();
    await world?.end();
  });

  describe('signing in', () => {
    it('takes the token of an address, also in a tab that shows the console already, and says why it is refused', async () => {
      const { page } = desk;
      await desk.go('/');
      await desk.go('/#token=wrong');
      await desk.sees('This token is not valid.');
      expect(page.url()).not.toContain('token');
      await desk.go(`/#token=${OPERATOR_TOKEN}`);
      await desk.heading(/copies are live/);
      expect(page.url()).not.toContain('token');
      await page.context().clearCookies();
      await page.evaluate('localStorage.clear()');
    });

    it('says that a token is not valid, and lets in with the right one', async () => {
      await desk.signIn('wrong');
      await desk.sees('This token is not valid.');
      expect(await desk.faults()).toEqual([]);
      await desk.shoot('sign-in-light');
      await desk.signIn();
      await desk.heading(/copies are live/);
    });
  });

  describe('the overview', () => {
    it('says how many copies are live, and for each other one why it is not', async () => {
      await desk.heading('2 of 5 copies are live', 60_000);
      await desk.sees('3 need attention.');
      await desk.sees(/CarBrands is not shared with Billing/);
      await desk.sees(/Pricing is not registered yet/);
      const { copies } = await state();
      expect(copies.map(({ id, reason }) => [id, reason?.code ?? null])).toEqual([
        ['Fleet/Analytics/Cars', null],
        ['Fleet/Billing/CarBrands', 'refused'],
        ['Fleet/Billing/Cars', 'held-back'],
        ['Fleet/HR/Cars', null],
        ['Pricing/Billing/Tariffs', 'owner-unregistered'],
      ]);
    });

    it('has modules of both stores', async () => {
      const { modules } = await state();
      const stores = new Map(modules.map(({ name, store }) => [name, store]));
      expect(['Fleet', 'Analytics', 'HR'].map((name) => stores.get(name))).toEqual([
        PAIR.owner,
        PAIR.owner,
        'sqlite',
      ]);
    });
  });

  const PAGES: [string, string, string | RegExp][] = [
    ['overview', '/', /copies are live/],
    ['copies', '/copies', 'Copies'],
    ['copy', '/copies/Analytics/Fleet/Cars', 'Analytics'],
    ['copy-refused', '/copies/Billing/Fleet/Cars', 'Billing'],
    ['set-aside', '/set-aside', 'Set aside'],
    ['dead-letters', '/dead-letters', 'Dead letters'],
    ['scripts', '/scripts?owner=Fleet&requester=Analytics&task=Cars', 'Try a script'],
    ['modules', '/modules', 'Modules'],
    ['module', '/modules/Fleet', 'Fleet'],
    ['audit', '/audit', 'Audit'],
    ['peers', '/peers', 'Peers'],
    ['jobs', '/jobs', 'Jobs'],
    ['pipelines', '/pipelines', 'Pipelines'],
    ['pipeline', '/pipelines/even-numbers', 'Even numbers'],
  ];

  const LOOKS = [
    [1360, 'light'],
    [1360, 'dark'],
    [390, 'light'],
    [360, 'dark'],
  ] as const;

  it.each(PAGES)(
    'has no fault on the page %s, in light and dark, and needs no sideways scroll',
    async (name, path, heading) => {
      desk.complaints.length = 0;
      await desk.look(...LOOKS[0]);
      await desk.go(path);
      await desk.heading(heading);
      await desk.until(async () => (await desk.page.locator('.skeleton').count()) === 0);
      for (const [width, theme] of LOOKS) {
        await desk.look(width, theme);
        await desk.shoot(`${name}-${theme}-${width}`);
        expect([width, theme, await desk.faults()]).toEqual([width, theme, []]);
        expect([await desk.isTooWide(), await desk.cut()]).toEqual([false, []]);
      }
      expect(desk.complaints).toEqual([]);
    },
  );

  describe('set-aside documents', () => {
    /** When Fleet has set a document aside last. */
    const lastSetAside = async (): Promise<string> => {
      const { body } = await fleet.operate<{ items: { lastAt: string }[] }>('/spark/etl/set-aside?take=500');
      return (
        body.items
          .map(({ lastAt }) => lastAt)
          .toSorted()
          .at(-1) ?? ''
      );
    };

    it('are rerun by the keyboard alone, from signing in', async () => {
      await desk.look(1360, 'light');
      await desk.page.context().clearCookies();
      await desk.go('/');
      await desk.page.getByLabel('Token').waitFor();
      const { keyboard } = desk.page;
      await keyboard.type(OPERATOR_TOKEN);
      await keyboard.press('Enter');
      await desk.heading(/copies are live/);
      await fleet.database.put('cars/5', carDocument(5, { Brand: 'carBrands/5' }));
      await keyboard.press('g');
      await keyboard.press('s');
      await desk.heading('Set aside');
      await desk.sees('a car without a brand');
      await desk.until(async () => (await copy('Fleet/Analytics/Cars'))?.setAside === 3);
      await desk.page.locator('[data-row]').nth(2).waitFor();
      await keyboard.press('j');
      await keyboard.press('Enter');
      await desk.sees('Document at Fleet');
      await desk.page.locator('.code .hit').waitFor();
      await desk.page.locator('pre.code').waitFor();
      await desk.shoot('set-aside-open-light-1360');
      const before = await lastSetAside();
      await keyboard.press('x');
      await keyboard.press('r');
      await desk.sees(/will run again/);
      // It still has no brand, so Fleet sets it aside once more.
      await desk.until(async () => (await lastSetAside()) > before);
    });
  });

  describe('the keys', () => {
    it('go to a module by its name, and are all listed', async () => {
      desk.complaints.length = 0;
      const { keyboard } = desk.page;
      for (const theme of ['light', 'dark'] as const) {
        await desk.look(1360, theme);
        await desk.go('/');
        await desk.heading(/copies are live/);
        await keyboard.press('Control+k');
        await keyboard.type('analytics ');
        expect(await desk.page.getByRole('combobox').inputValue()).toBe('analytics ');
        await desk.page.locator('[role=option]', { hasText: 'Fleet / Cars' }).waitFor();
        expect(await desk.faults()).toEqual([]);
        await desk.shoot(`palette-${theme}-1360`);
        await keyboard.press('Enter');
        await desk.heading('Analytics');
        await keyboard.press('?');
        await desk.sees('Move through a list');
        expect(await desk.faults()).toEqual([]);
        await keyboard.press('Escape');
        await desk.page.locator('dialog[open]').waitFor({ state: 'detached' });
      }
      expect(desk.complaints).toEqual([]);
    });
  });

  describe('a dead letter', () => {
    it('is sent again, and reaches its owner', async () => {
      // Each of them counts there; the audit trail has only the first of each minute.
      const refusals = async (): Promise<number> => {
        const metrics = await (await fetch(`${fleet.url}/metrics`)).text();
        return Number(/^spark_requests_decided_total{decision="refused"} (\d+)/m.exec(metrics)?.[1]);
      };
      /** When what became a dead letter had been sent. */
      const sent = async (): Promise<string[]> => {
        const { body } =
          await billing.operate<{ subject: string; publishedAt: string }[]>('/spark/dead-letters');
        return body.flatMap(({ subject, publishedAt }) => (/fleet/i.test(subject) ? [publishedAt] : []));
      };
      const before = await refusals();
      const [sentBefore = '', ...more] = await sent();
      expect(more).toEqual([]);
      await desk.look(1360, 'light');
      await desk.go('/dead-letters');
      await desk.page
        .locator('article', { hasText: 'CarBrands is not shared' })
        .getByRole('button', { name: 'Send again' })
        .click();
      await desk.sees('It is being sent to Fleet again.');
      await desk.until(async () => (await refusals()) > before);
      await desk.until(async () => {
        const [again = '', ...others] = await sent();
        return again > sentBefore && others.length === 0;
      });
    });
  });

  describe('a script', () => {
    it('is tried while it is typed, beside the running one', async () => {
      desk.complaints.length = 0;
      await desk.look(1360, 'dark');
      await desk.go('/scripts?owner=Fleet&requester=Analytics&task=Cars');
      await desk.page.locator('.counts').waitFor();
      await desk.page.locator('.cm-content').click();
      await desk.page.keyboard.press('Control+a');
      await desk.page.keyboard.type('loadToCarFacts({ Brand: this.Brand, Model: this.Model });');
      await desk.sees('changed');
      await desk.page.locator('.diff .plus').first().waitFor();
      await desk.shoot('scripts-edited-dark-1360');
      expect(desk.complaints).toEqual([]);
    });
  });

  describe('a job', () => {
    it('is opened from the list, says what happened, and is cancelled with a proof', async () => {
      desk.complaints.length = 0;
      await desk.look(1360, 'light');
      await desk.go('/jobs');
      await desk.page.getByRole('link', { name: 'slow count' }).click();
      await desk.heading('slow count');
      await desk.sees('What happened');
      await desk.page.getByRole('button', { name: 'Cancel…' }).click();
      await desk.sees(/It is cancelled once nothing of it is running/);
      await desk.page.getByRole('button', { name: 'Cancel the job' }).click();
      await desk.sees(/Proof \(handler\)/);
      expect(await desk.faults()).toEqual([]);
      await desk.shoot('job-light-1360');
      await desk.look(360, 'dark');
      expect([await desk.isTooWide(), await desk.faults()]).toEqual([false, []]);
      await desk.shoot('job-dark-360');
      expect(desk.complaints).toEqual([]);
    });
  });

  describe('a pipeline', () => {
    it('has its dead letters changed and run again, and is paused', async () => {
      desk.complaints.length = 0;
      await desk.look(1360, 'light');
      await desk.go('/pipelines/even-numbers');
      await desk.page
        .getByRole('button', { name: /^generate/ })
        .first()
        .click();
      await desk.page.locator('.cm-content').click();
      await desk.page.keyboard.press('Control+a');
      await desk.page.keyboard.type('{"id": 11, "even": true}');
      await desk.page.locator('.diff .plus').first().waitFor();
      expect(await desk.faults()).toEqual([]);
      await desk.shoot('pipeline-letter-light-1360');
      await desk.page.getByRole('button', { name: 'Run again' }).click();
      await desk.sees('The record is processed again.');
      await desk.page.getByRole('button', { name: 'Pause' }).click();
      await desk.page.getByRole('button', { name: 'Resume' }).waitFor();
      await desk.page.getByRole('button', { name: 'Validate' }).click();
      await desk.sees('The definition is valid.');
      await desk.page.getByRole('button', { name: 'Preview' }).click();
      await desk.sees(/Record 1/);
      await desk.shoot('pipeline-preview-light-1360');
      expect(desk.complaints).toEqual([]);
    });
  });

  describe('replicas', () => {
    it('show what met in a conflict, are compared, and one that is away is retired by its name', async () => {
      desk.complaints.length = 0;
      await desk.look(1360, 'dark');
      await desk.go('/peers');
      await desk.page.getByRole('button', { name: 'Show Boards' }).click();
      await desk.page.locator('.heads').first().waitFor();
      await desk.page.getByRole('button', { name: 'Compare with b' }).click();
      await desk.sees('The same as b.');
      expect(await desk.faults()).toEqual([]);
      await desk.page.keyboard.press('Home');
      await desk.shoot('peers-conflict-dark-1360');
      const [, away] = systems.replicas;
      await away?.process.kill9();
      await desk.page.getByRole('button', { name: 'Retire…' }).click({ timeout: 60_000 });
      expect(await desk.faults()).toEqual([]);
      await desk.page.getByLabel('Type b to confirm').fill('b');
      await desk.page.getByRole('button', { name: 'Retire', exact: true }).click();
      await desk.sees('b is retired.');
      expect(desk.complaints).toEqual([]);
    });
  });

  describe('a request that changes something', () => {
    it.each([
      ['without the token of the page', { 'sec-fetch-site': 'same-origin' }],
      ['from another place', { 'sec-fetch-site': 'cross-site', 'x-spark-csrf': 'own' }],
      ['from no page', { 'x-spark-csrf': 'own' }],
    ])('is refused %s', async (_what, headers) => {
      const { csrf } = (await (await desk.page.request.get(at('/api/session'))).json()) as { csrf: string };
      const answer = await desk.page.request.post(at('/api/copies/HR/Fleet/Cars/resync'), {
        headers: { ...headers, ...('x-spark-csrf' in headers ? { 'x-spark-csrf': csrf } : {}) },
        data: {},
      });
      expect(answer.status()).toBe(403);
    });
  });

  describe('every answer', () => {
    it('has the policy, and neither a token nor a key', async () => {
      for (const path of [
        '/',
        '/api/state',
        '/api/set-aside',
        '/api/dead-letters',
        '/api/audit',
        '/api/session',
      ]) {
        const answer = await desk.page.request.get(at(path));
        const text = await answer.text();
        expect(answer.headers()['content-security-policy']).toContain("default-src 'none'");
        expect(text).not.toContain(OPERATOR_TOKEN);
        expect(text).not.toMatch(/"d":|Bearer |style=/);
      }
    });

    it('has OpenAPI at /api like every app', async () => {
      expect((await fetch(new URL('/api', at('/')))).status).toBe(200);
      expect(await (await fetch(new URL('/api-json', at('/')))).json()).toMatchObject({ openapi: '3.0.0' });
    });

    it('is refused to whoever has not signed in', async () => {
      for (const path of ['/api/state', '/api/events', '/api/set-aside', '/api/session'])
        expect((await fetch(at(path))).status).toBe(401);
    });
  });

  describe('a copy', () => {
    it('is compared with its source, whichever store it is in', async () => {
      await desk.look(1360, 'light');
      for (const requester of ['Analytics', 'HR']) {
        await desk.go(`/copies/${requester}/Fleet/Cars`);
        await desk.page.getByRole('button', { name: 'Compare', exact: true }).click();
        await desk.page.locator('dt', { hasText: 'Equal' }).waitFor();
        await desk.page.getByRole('button', { name: 'Compare', exact: true }).waitFor();
        expect(await desk.page.getByRole('button', { name: 'Repair…' }).count()).toBe(0);
        expect(await desk.faults()).toEqual([]);
      }
    });

    it('is read again when an operator has confirmed it, and the audit trail names them', async () => {
      await desk.look(1360, 'dark');
      await desk.go('/copies/HR/Fleet/Cars');
      await desk.page.getByRole('button', { name: 'Read again…' }).click();
      await desk.sees(/Fleet sends the whole collection once more as generation 2/);
      expect(await desk.faults()).toEqual([]);
      await desk.page.getByRole('button', { name: 'Read again', exact: true }).click();
      await desk.sees('generation 2');
      await desk.go('/audit');
      await desk.sees('operator by Console');
    });
  });

  describe('a module that is killed', () => {
    it('is noted within seconds, its copies are not known, and both come back with it', async () => {
      await desk.look(1360, 'light');
      await desk.go('/');
      await desk.heading(/copies are live/);
      await hr.process.kill9();
      await desk.sees(/1 not known/, 15_000);
      await desk.shoot('overview-killed-light-1360');
      expect(await copy('Fleet/HR/Cars')).toMatchObject({
        state: 'Unknown',
        stale: expect.stringMatching(/^20/),
      });
      hr.start();
      await desk.until(async () => (await copy('Fleet/HR/Cars'))?.state === 'Streaming', 60_000);
    });
  });

  describe('a console that is killed', () => {
    it('is noticed, and a user whose session has ended by the time it is back is asked to sign in again', async () => {
      await desk.look(1360, 'light');
      await desk.go('/');
      await desk.heading(/copies are live/);
      await desk.sees('Connected');
      await console.process.kill9();
      await desk.sees(/^Last seen/);
      await desk.heading(/copies are live/);
      expect(await desk.faults()).toEqual([]);
      await desk.shoot('overview-console-away-light-1360');
      await desk.page.context().clearCookies();
      console.start();
      await desk.sees('Your session has ended. Sign in again.', 60_000);
      expect(await desk.faults()).toEqual([]);
      await desk.shoot('sign-in-over-light-1360');
      await desk.signIn();
      await desk.heading(/copies are live/);
      await desk.page.getByRole('button', { name: 'Sign out' }).click();
      await desk.page.getByLabel('Token').waitFor();
      expect((await desk.page.request.get(at('/api/state'))).status()).toBe(401);
      await desk.signIn();
      await desk.heading(/copies are live/);
    });
  });

  describe('200 modules', () => {
    it('are shown whole in tables, and on the map those that need attention; one that denies says what to do', async () => {
      const crowd = await ConsoleCrowd.start(200);
      try {
        await crowd.register(world.natsUrl);
        desk.complaints.length = 0;
        await desk.look(1360, 'light');
        await desk.go('/');
        await desk.heading(`of ${crowd.copies + 5} copies are live`, 60_000);
        await desk.sees(/M199 does not let this console in. Add Console to SPARK_CONSOLES there./);
        await desk.sees(`100 of ${crowd.copies + 5} are shown: filter for others.`);
        expect(await desk.page.locator('*').count()).toBeLessThan(5_000);
        expect(await desk.faults()).toEqual([]);
        await desk.shoot('overview-200-light-1360');
        await desk.go('/modules/M7');
        await desk.heading('M7');
        await desk.look(360, 'dark');
        expect([await desk.isTooWide(), await desk.faults(), desk.complaints]).toEqual([false, [], []]);
      } finally {
        crowd.stop();
      }
    });
  });

  describe('a NATS that hangs', () => {
    it('leaves the copies waiting: where it is and what to do is said, and no page claims that nothing is missing', async () => {
      desk.complaints.length = 0;
      await desk.look(1360, 'light');
      await desk.go('/');
      await desk.heading(/copies are live/);
      world.nats.sigstop();
      try {
        const says = new RegExp(
          `HR .*NATS \\(${new URL(world.natsUrl).host}\\) .*check that nats-server runs`,
        );
        await desk.until(async () => {
          const found = await copy('Fleet/HR/Cars');
          return found?.state === 'Waiting' && says.test(found.reason?.text ?? '');
        }, 60_000);
        await desk.sees(says);
        // Those that need no NATS still answer.
        await desk.until(async () => {
          const { modules } = await state();
          const answering = modules.filter(({ reachable, why }) => reachable && why === null).length;
          const said = desk.page.getByText(`${answering} of ${modules.length} modules answer`, {
            exact: true,
          });
          return answering < modules.length && (await said.count()) > 0;
        });
        expect(await desk.faults()).toEqual([]);
        await desk.shoot('overview-nats-hangs-light-1360');
        await desk.go('/copies/HR/Fleet/Cars');
        await desk.sees(says);
        await desk.sees(/HR cannot report the state of this copy now/);
        await desk.sees(/Whether there is anything here is not known/);
        await desk.shoot('copy-nats-hangs-light-1360');
        for (const path of ['/set-aside', '/dead-letters', '/audit']) {
          await desk.go(path);
          await desk.sees(/did not answer, so what is there is not listed/);
          await desk.sees(/Whether there is anything here is not known/);
          expect(
            await desk.page.getByText(/Nothing is set aside|No dead letters|No change has been/).count(),
          ).toBe(0);
        }
      } finally {
        world.nats.sigcont();
      }
    });
  });
});
