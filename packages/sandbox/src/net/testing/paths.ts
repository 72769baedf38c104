/** Paths that some server takes for one that the policy `rules` does not allow. */
export const DENIED_PATHS: readonly string[] = [
  "https://api.example.org/v1/%c0%ae%c0%ae/v2",
  "https://api.example.org/v1/%C0%AE%C0%AE%C0%AFv2",
  "https://api.example.org/v1/%25c0%25ae%25c0%25ae/v2",
  "https://api.example.org/v1/%e0%80%ae%e0%80%ae/v2",
  "https://api.example.org/v1/%u002e%u002e/v2",
  "https://api.example.org/v1/%uff0e%uff0e%uff0fv2",
  "https://api.example.org/v1/%ef%bc%8e%ef%bc%8e%ef%bc%8fv2",
  "https://api.example.org/v1/．．／v2",
  "https://wide.example.org/private;x",
  "https://wide.example.org/private;x=1/y",
  "https://wide.example.org/;x/private",
  "https://wide.example.org/private%3bx",
  "https://wide.example.org/private.",
  "https://wide.example.org/private%20/x",
  "https://wide.example.org/%c0%afprivate",
  "https://wide.example.org/%uff50rivate",
];
