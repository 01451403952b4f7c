import type { ModuleState } from '../../src/ask/state.ts';
import { count, rate } from '../format.ts';
import { copies, loaded, modules, now } from '../live.ts';
import { ModuleMap } from '../map/map.tsx';
import { A } from '../router.tsx';
import { t } from '../texts.ts';
import { Ago, Empty, Heading } from '../ui/parts.tsx';
import { SystemMark } from '../ui/state-mark.tsx';
import { CopiesTable } from './copies.tsx';

export function ModulesPage({ parts: [name] }: { parts: string[] }) {
  return name === undefined ? <All /> : <One name={name} />;
}

function All() {
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.module.heading} />
          <p>{t.module.under}</p>
        </div>
      </div>
      <div class="card flush">
        {modules.value.length === 0 ? (
          <Empty>{t.overview.noModules}</Empty>
        ) : (
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">{t.module.name}</th>
                  <th scope="col">{t.copies.state}</th>
                  <th scope="col" class="wide">
                    {t.module.store}
                  </th>
                  <th scope="col" class="wide">
                    {t.module.address}
                  </th>
                  <th scope="col" class="num">
                    {t.module.seen}
                  </th>
                </tr>
              </thead>
              <tbody>
                {modules.value.map((module) => (
                  <tr key={module.name} class="go-row">
                    <td>
                      <A class="to" to={`/modules/${module.name}`} data-row>
                        {module.name}
                      </A>
                    </td>
                    <td>
                      <Standing module={module} />
                    </td>
                    <td class="wide">{[module.store, module.database].filter(Boolean).join(' · ')}</td>
                    <td class="wide mono">{module.url}</td>
                    <td class="num">
                      <Ago at={module.seenAt} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </>
  );
}

function Standing({ module }: { module: ModuleState }) {
  if (!module.reachable) return <SystemMark state="away" text={t.module.silent} />;
  if (!module.permitted)
    return <SystemMark state="denied" text={module.why ?? t.module.denied(module.name)} />;
  if (module.why !== null) return <SystemMark state="away" text={t.module.hindered} />;
  return module.ready === false ? (
    <SystemMark state="not-ready" text={t.module.notReady} />
  ) : (
    <SystemMark state="ready" text={t.module.isReady} />
  );
}

function One({ name }: { name: string }) {
  const module = modules.value.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const own = copies.value.filter(({ owner, requester }) => owner === name || requester === name);
  if (!module && own.length === 0) {
    return (
      <>
        <Heading title={name} />
        {loaded.value ? <Empty>{t.module.gone}</Empty> : <div class="skeleton" aria-hidden="true" />}
      </>
    );
  }
  const keeps = own.filter(({ requester }) => requester === name);
  const gives = own.filter(({ owner }) => owner === name);
  return (
    <>
      <p class="crumbs">
        <A to="/modules">{t.module.heading}</A>
      </p>
      <div class="headline">
        <div>
          <Heading title={name} />
          {module && <Standing module={module} />}
        </div>
        <dl class="figures">
          <div>
            <dt>{t.module.keeps}</dt>
            <dd>{rate(keeps.reduce((sum, copy) => sum + copy.rate, 0))}</dd>
          </div>
          <div>
            <dt>{t.module.gives}</dt>
            <dd>{rate(gives.reduce((sum, copy) => sum + copy.rate, 0))}</dd>
          </div>
        </dl>
      </div>
      <div class="stack">
        {module && !module.permitted && <p class="note bad">{module.why ?? t.module.denied(name)}</p>}
        {module?.reachable && module.permitted && module.why !== null && (
          <p class="note warn" role="status">
            {module.why}
          </p>
        )}
        {module && !module.reachable && (
          <p class="note warn">
            {t.stale(
              name,
              module.seenAt === null ? null : now.value - Date.parse(module.seenAt),
              module.seenAt,
            )}{' '}
            {module.why}
          </p>
        )}
        {own.length > 0 && <ModuleMap modules={modules.value} copies={copies.value} only={name} />}
        {module && <Facts module={module} />}
        {own.length > 0 && <CopiesTable all={own} />}
      </div>
    </>
  );
}

function Facts({ module }: { module: ModuleState }) {
  const facts: [string, string][] = [
    [t.module.address, module.url],
    [t.module.store, [module.store, module.database].filter(Boolean).join(' · ') || t.unknown],
    [t.module.engine, [module.engine, module.engineReason].filter(Boolean).join(': ') || t.unknown],
    [t.module.instances, count(module.instances)],
    [t.module.version, module.version ?? t.unknown],
    [t.module.letters, count(module.letters)],
  ];
  return (
    <section class="card">
      <dl class="figures quiet">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd style={{ overflowWrap: 'anywhere' }}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
