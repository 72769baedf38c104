/** A library of small functions, comments and arrays, as long as `lines` says. */
export function library(lines) {
  const text = [];
  for (let i = 0; text.length < lines; i++)
    text.push(
      `# Step ${i} of the build.`,
      `step_${i}() {`,
      `  local name="$1" count=\${2:-${i}}`,
      `  if [[ -n $name && $count -gt 0 ]]; then`,
      `    printf '%s: %d\\n' "$name" "$((count * 2))"`,
      "  else",
      `    echo "step_${i}: no name" >&2; return 1`,
      "  fi",
      "}",
      `STEP_${i}=(one "two $STEP" three)`,
    );
  return text.join("\n");
}
