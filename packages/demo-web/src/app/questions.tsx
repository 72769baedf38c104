import type { Answer } from "@shadowbox/agent";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Question, Reply } from "../runtime/protocol.ts";
import type { ConflictQuestion, ConflictReply } from "./folder.ts";

/** A question that waits for the person. */
export interface Pending {
  id: number;
  question: Question | ConflictQuestion;
  answer(reply: Reply | ConflictReply): void;
}

/** The oldest question; the others wait behind it. */
export function Questions({ pending }: { pending: readonly Pending[] }) {
  const [first] = pending;
  if (first === undefined) return null;
  return <QuestionCard key={first.id} {...first} more={pending.length - 1} />;
}

function QuestionCard({ question, answer, more }: Pending & { more: number }) {
  const card = useRef<HTMLDivElement>(null);
  // A key that was meant for the terminal must not answer: the card has the focus, not one of its buttons.
  useEffect(() => card.current?.focus(), []);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    if (question.type === "conflict") answer({ resolution: "skip", all: false });
    else answer(question.type === "choice" ? undefined : { allowed: false });
  };
  return (
    <div
      class="question"
      role="alertdialog"
      aria-labelledby="question-title"
      aria-describedby="question-text"
      tabIndex={-1}
      ref={card}
      onKeyDown={onKey}
    >
      {question.type === "choice" ? (
        <Choice question={question} answer={answer} />
      ) : question.type === "conflict" ? (
        <InBoth question={question} answer={answer} />
      ) : question.type === "risk" ? (
        <Risk question={question} answer={answer} />
      ) : (
        <Permission question={question} answer={answer} />
      )}
      {more > 0 && <p class="quiet">{more} more after this one</p>}
    </div>
  );
}

const WHAT: Readonly<Record<string, string>> = {
  network: "Reach the network?",
  shadow: "Change the box?",
  project: "Write to the project?",
};

type PermissionQuestion = Extract<Question, { type: "permission" }>;

function Permission({ question, answer }: { question: PermissionQuestion; answer(reply: Answer): void }) {
  const [scope, setScope] = useState<"once" | "session" | "project">("once");
  const { tool, effect, subject, detail } = question;
  const always = scope === "once" ? {} : { always: scope };
  return (
    <>
      <h2 id="question-title">{WHAT[effect] ?? "Allow this?"}</h2>
      <div id="question-text">
        <p>
          {effect === "network" ? "A program wants to reach " : `${tool} wants to run `}
          <code class="subject">{subject}</code>
        </p>
        {detail && (
          // Where it is so long that it scrolls, it does so by keys, too.
          <p class="quiet detail" tabIndex={detail.includes("\n") ? 0 : undefined}>
            {detail}
          </p>
        )}
      </div>
      <div class="bar">
        <label>
          For{" "}
          <select
            value={scope}
            onChange={(event) => setScope(event.currentTarget.value as typeof scope)}
            aria-label="How long the answer holds"
          >
            <option value="once">this time</option>
            <option value="session">this session</option>
            <option value="project">this project</option>
          </select>
        </label>
        <span class="gap" />
        <button type="button" onClick={() => answer({ allowed: false, ...always })}>
          Deny
        </button>
        <button type="button" class="primary" onClick={() => answer({ allowed: true, ...always })}>
          Allow
        </button>
      </div>
    </>
  );
}

type RiskQuestion = Extract<Question, { type: "risk" }>;

function Risk({ question, answer }: { question: RiskQuestion; answer(reply: Answer): void }) {
  return (
    <>
      <h2 id="question-title">Can run code later</h2>
      <div id="question-text">
        <p>
          Commit <code class="subject">{question.path}</code>?
        </p>
        <p class="quiet detail">{question.why}</p>
      </div>
      <div class="bar">
        <span class="gap" />
        <button type="button" onClick={() => answer({ allowed: false })}>
          Leave it out
        </button>
        <button type="button" class="primary" onClick={() => answer({ allowed: true })}>
          Commit it
        </button>
      </div>
    </>
  );
}

type InBothProps = { question: ConflictQuestion; answer(reply: ConflictReply): void };

/** A file that was changed in the box and in the folder. */
function InBoth({ question: { path, reason, folder, canMerge, others }, answer }: InBothProps) {
  const [all, setAll] = useState(false);
  const choice = (resolution: ConflictReply["resolution"], label: string, isFirst = false) => (
    <button type="button" class={isFirst ? "primary" : undefined} onClick={() => answer({ resolution, all })}>
      {label}
    </button>
  );
  return (
    <>
      <h2 id="question-title">Changed in both</h2>
      <div id="question-text">
        <p>
          <code class="subject">{path}</code> was {reason} in {folder} since the box saw it.
        </p>
        <p class="quiet detail">
          {canMerge
            ? "Merged, it has the edits of both; where they touch, both stand between markers in the box, and nothing is written."
            : "It is committed already, and differs in the folder."}
        </p>
      </div>
      {others > 0 && (
        <label>
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />{" "}
          The same for {others} more
        </label>
      )}
      <div class="bar">
        {choice("skip", "Skip")}
        <span class="gap" />
        {choice("ours", "Keep the folder's")}
        {choice("theirs", "Take the box's", !canMerge)}
        {canMerge && choice("merge", "Merge", true)}
      </div>
    </>
  );
}

type ChoiceQuestion = Extract<Question, { type: "choice" }>;

function Choice({ question, answer }: { question: ChoiceQuestion; answer(reply: Reply): void }) {
  const [text, setText] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        answer(text);
      }}
    >
      <h2 id="question-title">The agent asks</h2>
      <p id="question-text">{question.question}</p>
      <div class="bar">
        {question.options.map((option) => (
          <button type="button" key={option} onClick={() => answer(option)}>
            {option}
          </button>
        ))}
      </div>
      <div class="bar">
        <input
          type="text"
          aria-label="Another answer"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="primary" disabled={text.trim() === ""}>
          Answer
        </button>
      </div>
    </form>
  );
}
