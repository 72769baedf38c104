import type { WorkerKind } from "./pool-memory.ts";

/** First message to a worker. */
export interface InitMessage {
  type: "init";
  pool: SharedArrayBuffer;
  /** Its index in the pool; its number as an owner of locks is this + {@link FIRST_OWNER}. */
  worker: number;
  /** Which thread with that index it is. */
  generation: number;
}

/** Every later message to a worker: what it must know, then what it is to run. It sleeps afterwards. */
export interface JobMessage {
  type: "job";
  /** Leave the sandbox it is attached to for this one, or for none. */
  attach?: SandboxShare | "none";
  /** Modules it does not hold yet, in the order of compilation, ending with number `held`. */
  modules?: readonly (readonly [id: number, module: WebAssembly.Module])[];
  held?: number;
  /** Process to run: its slot and, as slots are used again, its pid. */
  slot?: number;
  pid?: number;
  /** State of a shell that was forked. */
  payload?: unknown;
}

/** What a worker needs in order to act in a sandbox. */
export interface SandboxShare {
  /** Number of the sandbox in the pool, from 1. */
  id: number;
  memory: WebAssembly.Memory;
  /** What the worker's entry needs to make its file systems; structured-clonable. */
  setup: unknown;
  /** Who is no shell may have to run elsewhere than in a worker: the supervisor knows. */
  elsewhere: boolean;
}

/** Messages of a worker. */
export type WorkerMessage =
  /** It has started and listens. */
  | { type: "ready" }
  /** It would sleep, but processes wait for a worker. */
  | { type: "idle" }
  | { type: "fork"; sandbox: number; slot: number; pid: number; payload: unknown }
  /** The engine's own code failed in it; the process ended as by SIGABRT. */
  | { type: "broken"; message: string };

/** Owner numbers of locks: 1 is the supervisor, workers follow. */
export const FIRST_OWNER = 2;

/** A thread, as the pool handles it. It must not keep the host program running by itself. */
export interface WorkerHandle {
  post(message: InitMessage | JobMessage): void;
  /** Stops the thread; resolves when it runs no more. */
  terminate(): Promise<void>;
}

/** Listens to a thread. */
export interface WorkerEvents {
  message(message: WorkerMessage): void;
  /** It ended by itself. */
  failed(reason: string): void;
}

/** Starts threads; the platform's part of the engine. */
export type WorkerFactory = (kind: WorkerKind, events: WorkerEvents) => WorkerHandle;

/** A worker's side of its channel; the platform's part of a worker entry. */
export interface WorkerPort {
  post(message: WorkerMessage): void;
  onMessage(listener: (message: InitMessage | JobMessage) => void): void;
}
