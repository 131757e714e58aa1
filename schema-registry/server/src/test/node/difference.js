// Checks the difference that the page shows: node difference.js FILE
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const source = readFileSync(process.argv[2]).toString("base64");
const { difference } = await import("data:text/javascript;base64," + source);
const shown = (before, after) => difference([...before], [...after]).map(({ mark, line }) => mark + line).join("");

assert.equal(shown("abc", "abc"), " a b c");
assert.equal(shown("abc", "axc"), " a-b+x c");
assert.equal(shown("", "ab"), "+a+b");
assert.equal(shown("ab", ""), "-a-b");
assert.equal(shown("abcd", "bcde"), "-a b c d+e");

// Whatever is compared: without the additions it is the one, without the removals the other.
let seed = 7;
const draw = (n) => (seed = (seed * 48271) % 2147483647) % n;
for (let round = 0; round < 300; round++) {
  const text = () => Array.from({ length: draw(12) }, () => "abc"[draw(3)]);
  const [before, after] = [text(), text()];
  const result = difference(before, after);
  assert.deepEqual(result.filter(({ mark }) => mark !== "+").map(({ line }) => line), before);
  assert.deepEqual(result.filter(({ mark }) => mark !== "-").map(({ line }) => line), after);
}
console.log("the difference is right");
