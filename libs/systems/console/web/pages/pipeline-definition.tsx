import { useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { t } from '../texts.ts';
import { Json } from '../ui/json.tsx';
import { Act } from '../ui/parts.tsx';

interface Previewed {
  input: unknown;
  steps: { step: string; outcome: string; reason?: string }[];
  output: object | null;
}

interface Checked {
  valid: boolean;
  warnings?: (string | { detail?: string })[];
}

/** The definition as it is deployed, to read; and what it would make of records. */
export function Definition({
  module,
  definition,
  yaml,
}: {
  module: string;
  definition: object | null;
  yaml: string;
}) {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [records, setRecords] = useState<Previewed[] | null>(null);
  const path = `pipelines/${encodeURIComponent(module)}`;
  if (definition === null) return null;
  const validate = async (): Promise<null> => {
    setChecked(await api<Checked>(`${path}/validate`, 'POST', definition));
    return null;
  };
  const preview = async (): Promise<null> => {
    const { records: found } = await api<{ records: Previewed[] }>(`${path}/preview`, 'POST', {
      definition,
      limit: 5,
    });
    setRecords(found);
    return null;
  };
  return (
    <section class="card">
      <header>
        <h2>{t.pipelines.definition}</h2>
        <div class="row">
          <Act kind="small" disabled={!mayWrite()} run={validate}>
            {t.pipelines.validate}
          </Act>
          <Act kind="small" disabled={!mayWrite()} run={preview}>
            {t.pipelines.preview}
          </Act>
        </div>
      </header>
      <div class="stack">
        {checked && (
          <div role="status">
            <p class="ok strong">{t.pipelines.valid}</p>
            {(checked.warnings ?? []).map((warning, at) => (
              <p key={at} class="warn small">
                {typeof warning === 'string' ? warning : warning.detail}
              </p>
            ))}
          </div>
        )}
        <div class={records ? 'split even' : ''}>
          <Json text={yaml} label={t.pipelines.definition} />
          {records && (
            <div class="stack" role="status">
              <p class="dim small">{t.pipelines.previewUnder}</p>
              {records.length === 0 && <p class="dim">{t.pipelines.noRecords}</p>}
              {records.map((record, at) => (
                <Record key={at} record={record} index={at} />
              ))}
            </div>
          )}
        </div>
      </div>
    </section>
  );
}

function Record({ record: { input, steps, output }, index }: { record: Previewed; index: number }) {
  const failed = steps.find(({ outcome }) => outcome === 'failed');
  return (
    <details open={index === 0}>
      <summary>
        {t.pipelines.record(index)}{' '}
        {steps.map(({ step, outcome }) => (
          <span
            key={step}
            class={`chip ${outcome === 'failed' ? 'bad' : outcome === 'filtered' ? 'plain' : 'ok'}`}
          >
            {step}: {t.pipelines.outcomes[outcome] ?? outcome}
          </span>
        ))}
      </summary>
      {failed?.reason && <p class="bad small">{failed.reason}</p>}
      <Json text={JSON.stringify(input)} label={t.pipelines.record(index)} />
      {output && <Json text={JSON.stringify(output)} label={t.pipelines.output} />}
    </details>
  );
}
