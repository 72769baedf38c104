import { WasiError } from "../errors.ts";
import { MAX_MODULES, type PoolMemory } from "./pool-memory.ts";

/** Answers the compiled module when a program is first run. */
export type ModuleLoader = () => Promise<WebAssembly.Module>;

/** The programs that a pool knows, by number, and those that are compiled. */
export class ModuleTable {
  readonly #memory: PoolMemory;
  readonly #loaders = new Map<number, ModuleLoader>();
  readonly #loading = new Map<number, Promise<void>>();
  /** Modules in the order in which they were compiled; those that were removed leave a gap. */
  readonly #compiled: (readonly [number, WebAssembly.Module] | undefined)[] = [];
  readonly #free: number[] = [];

  constructor(memory: PoolMemory) {
    this.#memory = memory;
  }

  /** Makes a program known; answers its number. Throws WasiError `limit`. */
  add(load: ModuleLoader): number {
    if (this.#loaders.size + 1 >= MAX_MODULES)
      throw new WasiError("limit", `add module: expected at most ${MAX_MODULES - 1} modules in one pool`);
    const module = this.#free.pop() ?? this.#loaders.size + 1;
    this.#loaders.set(module, load);
    return module;
  }

  /** Forgets a program that no process runs any more; its number may be another's from now on. */
  remove(module: number): void {
    if (!this.#loaders.delete(module)) return;
    const order = this.#memory.moduleOrder(module);
    this.#memory.setModuleOrder(module, 0);
    if (order > 0) this.#compiled[order - 1] = undefined;
    this.#loading.delete(module);
    this.#free.push(module);
  }

  isCompiled(module: number): boolean {
    return this.#memory.moduleOrder(module) > 0;
  }

  load(module: number): Promise<void> {
    let loading = this.#loading.get(module);
    if (loading === undefined) {
      const load = this.#loaders.get(module) as ModuleLoader;
      loading = load().then((compiled) => {
        if (this.#loaders.get(module) !== load) return;
        this.#compiled.push([module, compiled]);
        this.#memory.setModuleOrder(module, this.#compiled.length);
      });
      this.#loading.set(module, loading);
      loading.catch(() => this.#loading.delete(module));
    }
    return loading;
  }

  /** How many were compiled so far. */
  get count(): number {
    return this.#compiled.length;
  }

  /** Those compiled after the first `held`. */
  since(held: number): (readonly [number, WebAssembly.Module])[] {
    return this.#compiled.slice(held).filter((each) => each !== undefined);
  }
}
