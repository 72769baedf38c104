import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows that a page makes at once: thousands would hold it up. */
const STEP = 200;

/** The first of many, and what shows more of them: when a person comes to it, or by a press. */
export function useSome<T>(all: readonly T[], step = STEP): [shown: readonly T[], more: ComponentChildren] {
  const [limit, setLimit] = useState(step);
  const left = all.length - limit;
  if (left <= 0) return [all, undefined];
  const more = () => setLimit(limit + step);
  return [all.slice(0, limit), <More key={limit} left={left} more={more} />];
}

function More({ left, more }: { left: number; more(): void }) {
  const place = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && more());
    observer.observe(place.current as HTMLElement);
    return () => observer.disconnect();
  }, []);
  return (
    <button type="button" class="plain more" ref={place} onClick={more}>
      {left.toLocaleString()} more
    </button>
  );
}
