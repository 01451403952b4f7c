/** Two records field by field, with − and +. */
export function FieldDiff({
  was,
  is,
  same = false,
}: {
  was: Readonly<Record<string, unknown>>;
  is: Readonly<Record<string, unknown>>;
  /** Nothing is compared: all is shown as it is. */
  same?: boolean;
}) {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return (
    <>
      {names.map((name) => {
        const [one, other] = [was[name], is[name]].map((value) =>
          value === undefined ? undefined : JSON.stringify(value),
        );
        if (same || one === other) return <Line key={name} sign=" " name={name} value={other ?? one ?? ''} />;
        return (
          <>
            {one !== undefined && <Line sign="−" name={name} value={one} />}
            {other !== undefined && <Line sign="+" name={name} value={other} />}
          </>
        );
      })}
    </>
  );
}

function Line({ sign, name, value }: { sign: string; name: string; value: string }) {
  return (
    <div class={sign === '+' ? 'plus' : sign === '−' ? 'minus' : ''}>
      <span class={sign === '+' ? 'ok' : 'bad'}>{sign}</span>
      <b>{name}</b>
      <span>{value}</span>
    </div>
  );
}
