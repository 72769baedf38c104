import { useState } from "preact/hooks";
import type { CommandFacts } from "../runtime/protocol.ts";

/** What a program may touch, in words. */
const CAPABILITY: Readonly<Record<string, string>> = {
  "fs.read": "read files",
  "fs.write": "write files",
  spawn: "start programs",
  net: "ask for the network",
  clock: "read clocks",
  random: "random numbers",
};

/** The verified bundles and what they bring. */
export function Bundles({ commands }: { commands: readonly CommandFacts[] }) {
  const [filter, setFilter] = useState("");
  const bundles = new Map<string, CommandFacts[]>();
  for (const command of commands)
    if (command.name.includes(filter) || command.bundle.includes(filter)) {
      const title = `${command.bundle} ${command.version}`;
      bundles.set(title, [...(bundles.get(title) ?? []), command]);
    }
  return (
    <div class="bundles">
      <label>
        Find a command
        <input type="search" value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
      </label>
      {bundles.size === 0 && <p class="empty">No command has “{filter}” in its name.</p>}
      {[...bundles].map(([title, list]) => (
        <BundleCard key={title} title={title} list={list} />
      ))}
    </div>
  );
}

function BundleCard({ title, list }: { title: string; list: readonly CommandFacts[] }) {
  const capabilities = [...new Set(list.flatMap((command) => command.capabilities))].sort();
  return (
    <section>
      <h3>
        {title} <span class="good signed">signature verified</span>
      </h3>
      <ul class="chips" aria-label="May">
        {capabilities.length === 0 && <li>its input and output only</li>}
        {capabilities.map((name) => (
          <li key={name} class={name === "net" ? "strong" : ""}>
            {CAPABILITY[name] ?? name}
          </li>
        ))}
      </ul>
      <p class="names">{list.map(({ name }) => name).join(" ")}</p>
    </section>
  );
}
