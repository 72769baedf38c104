import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

interface Props<T extends string> {
  label: string;
  tabs: readonly (readonly [name: T, title: ComponentChildren])[];
  selected: T;
  select(name: T): void;
}

/** A row of tabs; arrow keys go along it (WAI-ARIA Authoring Practices). */
export function Tabs<T extends string>({ label, tabs, selected, select }: Props<T>) {
  const row = useRef<HTMLDivElement>(null);
  const onKey = (event: KeyboardEvent) => {
    const at = tabs.findIndex(([name]) => name === selected);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const tab = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (tab === undefined) return;
    event.preventDefault();
    select(tab[0]);
    row.current?.querySelector<HTMLElement>(`[data-tab="${tab[0]}"]`)?.focus();
  };
  return (
    <div role="tablist" aria-label={label} ref={row} onKeyDown={onKey}>
      {tabs.map(([name, title]) => (
        <button
          key={name}
          type="button"
          role="tab"
          data-tab={name}
          aria-selected={selected === name}
          tabIndex={selected === name ? 0 : -1}
          onClick={() => select(name)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
